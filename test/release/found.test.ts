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

it("the node's definition for an AI builder has at most 130,000 characters", () => {
	const definition = report.definition.replace(DROPDOWN_SENTENCE, '');

	expect(definition).toContain("operation: 'getOverview'");
	expect(definition.length).toBeLessThanOrEqual(130_000);
});

it('the answer to an AI builder that searches for "alfacrm" has at most 6,000 characters', () => {
	expect(report.answer).toContain('getOverview');
	expect(report.answer.length).toBeLessThanOrEqual(6_000);
});
