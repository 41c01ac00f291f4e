-- Goods by chapter of the HS, with the number of waybills.
SELECT SUBSTRING(hs_code FROM 1 FOR 2) AS chapter, COUNT(DISTINCT waybill_no) AS waybills, SUM(net_kg) / 1000.0 AS tonnes
FROM juyan.goods
WHERE day >= DATE '2025-01-01' AND day < DATE '2025-07-01'
GROUP BY SUBSTRING(hs_code FROM 1 FOR 2)
ORDER BY tonnes DESC NULLS LAST;
