-- +goose Up

-- The decisions that stand, by the violations they were made for, so that like ones are found by one look at a range: a row for each code of each
-- decision. fine_fen is what is in force, after every change; a decision that was annulled has no rows. It is kept with the decision and with each
-- change, and derived from penalties, findings and penalty_steps. codes counts the codes of the decision, severity is its gravest.
CREATE TABLE past_decisions (
  pack TEXT NOT NULL,
  code TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  penalty_id INTEGER NOT NULL,
  firm_id INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  codes INTEGER NOT NULL,
  fine_fen INTEGER NOT NULL,
  PRIMARY KEY (pack, code, issued_on, penalty_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX past_decisions_penalty ON past_decisions (penalty_id);

-- A firm's record is read by firm: what was found against it, and who complained of it.
CREATE INDEX findings_firm ON findings (firm_id, code, found_on) WHERE firm_id IS NOT NULL;
CREATE INDEX complaints_lender ON complaints (lender_id, agency_id, received_on) WHERE lender_id IS NOT NULL;
CREATE INDEX complaints_agency ON complaints (agency_id, lender_id, received_on) WHERE agency_id IS NOT NULL;

INSERT INTO past_decisions (pack, code, issued_on, penalty_id, firm_id, severity, codes, fine_fen)
WITH last AS (
  SELECT s.penalty_id, s.data FROM penalty_steps s
  WHERE s.step = 'change' AND s.number = (SELECT MAX(l.number) FROM penalty_steps l WHERE l.penalty_id = s.penalty_id AND l.step = 'change')
), standing AS (
  SELECT p.id, k.pack, p.issued_on, p.firm_id, CASE WHEN c.data IS NULL THEN p.fine_fen ELSE COALESCE(
    (SELECT SUM(json_extract(j.value, '$.amount_fen')) FROM json_each(c.data, '$.shares') j
     WHERE json_extract(j.value, '$.kind') NOT IN ('confiscation', 'redress')), 0) END AS fine_fen
  FROM penalties p JOIN cases k ON k.id = p.case_id LEFT JOIN last c ON c.penalty_id = p.id
  WHERE p.status = 'issued' AND (c.data IS NULL OR NOT COALESCE(json_extract(c.data, '$.annul'), 0))
)
SELECT p.pack, f.code, p.issued_on, p.id, p.firm_id,
  (SELECT MAX(y.severity) FROM penalty_findings h JOIN findings y ON y.id = h.finding_id WHERE h.penalty_id = p.id),
  (SELECT COUNT(DISTINCT y.code) FROM penalty_findings h JOIN findings y ON y.id = h.finding_id WHERE h.penalty_id = p.id), p.fine_fen
FROM standing p JOIN penalty_findings g ON g.penalty_id = p.id JOIN findings f ON f.id = g.finding_id
GROUP BY p.pack, f.code, p.issued_on, p.id, p.firm_id, p.fine_fen;
