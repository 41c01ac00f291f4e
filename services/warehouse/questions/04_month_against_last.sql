-- This month against the last, and against the same of a year before: each port, league and region.
SELECT place, direction,
	SUM(CASE WHEN day >= DATE '2025-06-01' THEN net_t ELSE 0 END) AS this_month,
	SUM(CASE WHEN day >= DATE '2025-05-01' AND day < DATE '2025-06-01' THEN net_t ELSE 0 END) AS last_month,
	SUM(CASE WHEN day >= DATE '2024-06-01' AND day < DATE '2024-07-01' THEN net_t ELSE 0 END) AS a_year_before
FROM juyan.tonnage_by_place
WHERE day >= DATE '2024-06-01' AND day < DATE '2025-07-01'
GROUP BY place, direction
ORDER BY place, direction;
