import execa from 'execa';

import { ensureBuilt } from '../../scripts/lib/build';
import { ensureN8n } from '../../scripts/lib/n8n/install';
import { inRepo, ROOT } from '../../scripts/lib/paths';

const ENGLISH_WORDS = [
	'payment',
	'birthday',
	'debt',
	'attendance',
	'schedule',
	'timetable',
	'trial',
	'pupil',
	'parent',
	'teacher',
	'branch',
	'student',
	'lesson',
	'school',
	'client',
	'subscription',
	'group',
	'bonus',
	'no-show',
	'CRM for schools',
	'missed lesson',
	'free slots',
];

const RUSSIAN_WORDS = [
	'оплата',
	'долг',
	'день рождения',
	'расписание',
	'пробный',
	'посещаемость',
	'филиал',
	'группа',
	'педагог',
	'воронка',
	'ученик',
	'урок',
	'лид',
	'абонемент',
	'клиент',
	'школа',
	'занятие',
	'родитель',
	'преподаватель',
	'платёж',
	'звонок',
	'бонус',
	'заявка',
	'пропуск',
];

const NAMES_OF_ALFACRM = ['АльфаСРМ', 'Альфа CRM', 's20'];

const WORDS = [...ENGLISH_WORDS, ...RUSSIAN_WORDS, ...NAMES_OF_ALFACRM];

/** An AI builder sees only the first five results, and these words are part of the names of more than five other nodes. */
const WORDS_FOR_THE_PANEL_ONLY = ['lead', 'new lead', 'lead form'];

/** n8n's linter requires this sentence in the description of every dropdown that is loaded from the account. */
const DROPDOWN_SENTENCE =
	/\.? ?Choose from the list, or specify (an ID|IDs) using an &lt;a href="[^"]*"&gt;expression&lt;\/a&gt;\.?/g;

interface SearchResult {
	word: string;
	/** Whether the search of n8n's AI builders finds one of our nodes. */
	byBuilder: boolean;
	/** Whether the search of the editor's node panel finds one of our nodes. */
	inPanel: boolean;
}

/** The output of n8nFinds.js. */
interface Report {
	/** TypeScript definition of the node that AI builders read. */
	definition: string;
	/** TypeScript definition of the polling trigger that AI builders read. */
	triggerDefinition: string;
	/** Answer that AI builders get when they search for `alfacrm`. */
	answer: string;
	found: SearchResult[];
}

let report: Report;

beforeAll(async () => {
	await ensureBuilt();
	const { modules } = await ensureN8n();
	const script = inRepo('test/release/support/n8nFinds.js');
	const words = [...WORDS, ...WORDS_FOR_THE_PANEL_ONLY];

	const { stdout } = await execa(process.execPath, [script, modules, ROOT, ...words]);

	report = JSON.parse(stdout) as Report;
}, 600_000);

it.each(WORDS)('a search for "%s" finds an AlfaCRM node in the panel and for an AI builder', (word) => {
	expect(report.found).toContainEqual({ word, byBuilder: true, inPanel: true });
});

it.each(WORDS_FOR_THE_PANEL_ONLY)('a search for "%s" finds an AlfaCRM node in the panel', (word) => {
	expect(report.found).toContainEqual(expect.objectContaining({ word, inPanel: true }));
});

it("the node's definition for an AI builder has at most 140,000 characters beside the linter's sentences", () => {
	const definition = report.definition.replace(DROPDOWN_SENTENCE, '');

	expect(definition).toContain("operation: 'getOverview'");
	expect(definition.length).toBeLessThanOrEqual(140_000);
});

it('the answer to an AI builder that searches for "alfacrm" has at most 6,000 characters', () => {
	expect(report.answer).toContain('getOverview');
	expect(report.answer.length).toBeLessThanOrEqual(6_000);
});

/** Facts that a model cannot know unless the definition tells them. */
const FACTS = [
	{
		fact: 'that the output of Book has teacher_names and no changedFields',
		text: 'Output: lesson, teacher_names, no changedFields',
	},
	{ fact: 'the fields of a membership', text: 'Output: {id, customer_id, group_id, b_date, e_date}' },
	{ fact: 'that the event of a log entry is a number', text: 'event: number' },
	{
		fact: 'that a booking needs a lesson type',
		text: 'lesson book { customer_ids, lesson_type_id, subject_id',
	},
	{
		fact: 'the fields of a customer',
		text: 'customer {id, name, phone, email, is_study, is_study_name, branch_ids',
	},
	{ fact: 'the fields of a lesson', text: 'lesson {id, time_from, time_to, status, status_name, group_ids' },
	{
		fact: 'the fields of a payment',
		text: 'pay {id, document_date, income, expenditure, customer_id, payer_name',
	},
	{ fact: 'the next lesson of an overview', text: 'next_lesson: {lesson_id, branch_id, date, start, end' },
	{ fact: 'the fields of a free slot', text: 'Output: {date, start, end, teacher_id, teacher_name' },
	{
		fact: 'the fields of a participant',
		text: 'Output: {time_from, customer_id, customer_name, customer_phone',
	},
	{ fact: 'the fields of a finding of the daily check', text: 'Output: {check, message, url, date, time' },
	{ fact: 'that a payment taken for a customer is a payment', text: 'Output: pay' },
	{
		fact: 'the results of a saved record',
		text: "operationResult ('created' | 'updated' | 'unchanged' | 'skipped' | 'deleted')",
	},
	{ fact: 'that lists of IDs are texts', text: '*_ids as "501, 502" (a single ID is a number)' },
	{
		fact: 'the labels of the choices for archived customers',
		text: '@builderHint 0 Active, 1 Active and Archived, 2 Archived',
	},
	{ fact: 'the labels of the status of a lesson', text: '@builderHint 1 Planned, 2 Cancelled, 3 Completed' },
	{
		fact: 'that a match key needs all its fields',
		text: 'All fields of the key are required; phoneOrEmail, firstFound need one field',
	},
	{
		fact: 'that a new customer needs a name',
		text: 'A new customer needs it. One that is found keeps its own, unless matched by ID.',
	},
	{ fact: 'the filter that finds debtors', text: 'Debtors: filters.balance_contract_to -0.01' },
	{ fact: 'when the branch is needed', text: 'In accounts with several branches, set branchId' },
	{
		fact: 'that a default in a collection is not sent',
		text: "is the editor's: a field left out is not sent",
	},
	{ fact: 'how a lead is saved by phone', text: "customer upsert { matchBy: 'phone', phone, name }" },
	{ fact: 'how a payment is taken once', text: 'additionalFields: { externalId }' },
	{ fact: 'how all customers are exported', text: 'customer getAll { returnAll: true, removed: 1 }' },
];

it.each(FACTS)("the node's definition for an AI builder tells $fact", ({ text }) => {
	expect(report.definition).toContain(text);
});

it("the node's definition for an AI builder says that the customer of a payment is required", () => {
	const takePayment = report.definition.split("operation: 'takePayment';")[1];
	const untilCustomer = takePayment.slice(0, takePayment.indexOf('    id?: '));

	expect(untilCustomer).toContain('@builderHint Required\n * @searchListMethod customers');
});

it("the trigger's definition for an AI builder tells how often to poll and that each event comes once", () => {
	expect(report.triggerDefinition).toContain("Set pollTimes as well: { item: [{ mode: 'everyMinute' }] }");
	expect(report.triggerDefinition).toContain('Each event starts the workflow once');
});
