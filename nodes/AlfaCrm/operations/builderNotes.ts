/*
 * The facts that n8n's AI builder tells a model besides the output fields: rules for all
 * operations, notes on single operations, and patterns for the most frequent jobs.
 */

/** Rules for all operations, at the top of the text. */
export const RULES: readonly string[] = [
	'Output: ids, *_count, is_*, status are numbers, the rest is text: phone, email, *_names, *_ids as "501, 502" (a single ID is a number), days "2026-12-02", times "2026-12-02 17:00:00".',
	"get, getAll, find: the record. create, update, upsert, actions that save: without *_name, except payer_name; upsert and actions add operationResult ('created' | 'updated' | 'unchanged' | 'skipped' | 'deleted') and changedFields. delete: {id, deleted: true}. Other records: {id, name, ...}. simplify false: all fields as AlfaCRM calls them (assigned_id, custom_...), phone, email, *_ids as lists. ifNone 'item': {matchFound: false}.",
	"@default in filters, additionalFields, updateFields, fieldsToSet is the editor's: a field left out is not sent.",
	'In accounts with several branches, set branchId for lists and new records.',
];

/** Notes on single operations, by `<resource>/<operation>`. */
export const NOTES: Readonly<Record<string, string>> = {
	'customer/getAll': 'Debtors: filters.balance_contract_to -0.01',
	'customer/createTask': "Nobody's without additionalFields.assigned_ids",
};

/** Patterns for the most frequent jobs, with the names and the formats of the parameters. */
export const PATTERNS: readonly string[] = [
	'<patterns>',
	"save a lead: customer upsert { matchBy: 'phone', phone, name }",
	"take a payment once: customer takePayment { id: { mode: 'phone' }, income, pay_account_id, additionalFields: { externalId } }",
	"balance, next lesson: customer getOverview { matchBy: 'phone', phone }",
	"book a trial: lesson book { customer_ids, lesson_type_id, subject_id, when: 'time', lesson_date: '2026-12-02', time_from: '17:00' }",
	"who comes tomorrow: lesson getParticipants { date_from: '2026-12-02', date_to: '2026-12-02', returnAll: true }",
	'all customers: customer getAll { returnAll: true, removed: 1 }',
	'</patterns>',
];
