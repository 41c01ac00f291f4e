-- Where scales and papers disagree by more than a tenth, in one month.
SELECT port, day, batch_no, declared_kg, weighed_kg, weighed_kg - declared_kg AS above_kg
FROM juyan.crossings
WHERE day >= DATE '2025-06-01' AND day < DATE '2025-07-01' AND declared_kg > 0 AND weighed_kg > 0
	AND ABS(weighed_kg - declared_kg) * 10 > declared_kg
ORDER BY ABS(weighed_kg - declared_kg) DESC
LIMIT 100;
