-- What the figures rest on: the share of weighed, corrected and declared mass by month.
SELECT EXTRACT(YEAR FROM day) AS year, EXTRACT(MONTH FROM day) AS month, basis, SUM(net_t) AS tonnes, SUM(units) AS units
FROM juyan.daily_tonnage
GROUP BY EXTRACT(YEAR FROM day), EXTRACT(MONTH FROM day), basis
ORDER BY year, month, basis;
