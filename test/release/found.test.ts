import execa from 'execa';

import { ensureBuilt } from '../../scripts/lib/build';
import { ensureN8n } from '../../scripts/lib/n8n/install';
import { inRepo, ROOT } from '../../scripts/lib/paths';

/** What schools type; n8n's own search finds for each a node of ours among all that n8n has. */
const WORDS = [
	...['payment', 'birthday', 'debt', 'attendance', 'schedule', 'timetable', 'trial', 'pupil', 'parent'],
	...[
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
	],
	...['оплата', 'долг', 'день рождения', 'расписание', 'пробный', 'посещаемость', 'филиал', 'группа'],
	...['педагог', 'воронка', 'ученик', 'урок', 'лид', 'абонемент', 'клиент', 'школа', 'занятие', 'родитель'],
	...['преподаватель', 'платёж', 'звонок', 'бонус', 'заявка', 'пропуск', 'АльфаСРМ', 'Альфа CRM', 's20'],
	...['CRM for schools', 'missed lesson', 'free slots'],
];
/** Names of other nodes have this one in them, with which the five that a builder is shown are filled. */
const IN_THE_PANEL_ONLY = ['lead', 'new lead', 'lead form'];

/** n8n's linter wants it on every dropdown that is loaded from the account. */
const LOADED =
	/\.? ?Choose from the list, or specify (an ID|IDs) using an &lt;a href="[^"]*"&gt;expression&lt;\/a&gt;\.?/g;

interface Finding {
	word: string;
	byBuilder: boolean;
	inPanel: boolean;
}

let definition: string;
let answer: string;
let found: Finding[];

beforeAll(async () => {
	await ensureBuilt();
	const { modules } = await ensureN8n();
	const words = [...WORDS, ...IN_THE_PANEL_ONLY];
	const script = inRepo('test/release/support/n8nFinds.js');
	const { stdout } = await execa(process.execPath, [script, modules, ROOT, ...words]);
	({ definition, answer, found } = JSON.parse(stdout) as {
		definition: string;
		answer: string;
		found: Finding[];
	});
}, 600_000);

it.each(WORDS)("n8n's panel and its AI builders find a node of ours by %s", (word) => {
	expect(found.find((one) => one.word === word)).toEqual({ word, byBuilder: true, inPanel: true });
});

it.each(IN_THE_PANEL_ONLY)("n8n's panel finds a node of ours by %s", (word) => {
	expect(found.find((one) => one.word === word)).toMatchObject({ inPanel: true });
});

it('what an AI builder is given fits beside all else that it has to read', () => {
	expect(definition).toContain("operation: 'getOverview'");
	expect(definition.replace(LOADED, '').length).toBeLessThanOrEqual(130_000);
	expect(answer).toContain('getOverview');
	expect(answer.length).toBeLessThanOrEqual(6_000);
});
