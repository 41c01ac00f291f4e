-- What was put right after it had been counted, by month: how often, and by how much.
SELECT port, EXTRACT(YEAR FROM was_on) AS year, EXTRACT(MONTH FROM was_on) AS month, COUNT(*) AS corrections,
	SUM(changed_kg) / 1000.0 AS tonnes
FROM juyan.corrections
GROUP BY port, EXTRACT(YEAR FROM was_on), EXTRACT(MONTH FROM was_on)
ORDER BY year, month, port;
