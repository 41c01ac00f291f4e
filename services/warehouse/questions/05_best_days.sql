-- The strongest days that there were.
SELECT port, day, SUM(net_t) AS tonnes, SUM(units) AS units
FROM juyan.daily_tonnage
GROUP BY port, day
ORDER BY tonnes DESC
LIMIT 20;
