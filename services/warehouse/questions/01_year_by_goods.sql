-- The year by goods: how much of what came in and went out.
SELECT direction, commodity_group, commodity_name, SUM(net_t) AS tonnes, SUM(batches) AS crossings
FROM juyan.daily_tonnage
WHERE day >= DATE '2025-01-01' AND day < DATE '2026-01-01'
GROUP BY direction, commodity_group, commodity_name
ORDER BY tonnes DESC;
