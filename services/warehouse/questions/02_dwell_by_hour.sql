-- How long a truck's crossing takes, by the hour of its coming: the middle one and the slow ones.
SELECT (arrived_hour_utc + 8) % 24 AS local_hour, COUNT(*) AS crossings,
	percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes_in_port) AS median_minutes,
	percentile_cont(0.95) WITHIN GROUP (ORDER BY minutes_in_port) AS slow_minutes
FROM juyan.dwell_times
WHERE mode = 'truck' AND day >= DATE '2025-06-01' AND day < DATE '2025-07-01'
GROUP BY (arrived_hour_utc + 8) % 24
ORDER BY local_hour;
