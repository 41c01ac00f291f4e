-- The scales: readings, and how many were still in motion, on each day of a month.
SELECT port, scale, day, COUNT(*) AS readings, SUM(CASE WHEN stability = 'moving' THEN 1 ELSE 0 END) AS in_motion,
	AVG(gross_kg) / 1000.0 AS gross_t
FROM juyan.weighing
WHERE day >= DATE '2025-06-01' AND day < DATE '2025-07-01'
GROUP BY port, scale, day
ORDER BY port, scale, day;
