-- Who carries most: the vehicles with most trips of a quarter, and their loads.
SELECT unit_id, COUNT(*) AS trips, SUM(net_kg) / 1000.0 AS tonnes, AVG(net_kg) / 1000.0 AS tonnes_a_trip
FROM juyan.loads
WHERE day >= DATE '2025-04-01' AND day < DATE '2025-07-01' AND mode = 'truck'
GROUP BY unit_id
ORDER BY tonnes DESC NULLS LAST, unit_id
LIMIT 50;
