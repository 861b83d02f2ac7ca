import { readFileSync } from 'node:fs';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunOptions } from './support/engine';
import { Engine } from './support/engine';
import { frontDeskOf } from './support/frontDesk';
import { callInProcess, skipRetryPauses } from './support/inProcess';
import { useSchool } from './support/school';
import { stopClock } from './support/stoppedClock';

callInProcess();
skipRetryPauses();

const school = useSchool({ customers: 150, settings: { bodyPageSize: 'honoured' } });
const { addLead, addRecord, changeRecord, changeSettings, expectRefusedUnsent, readRecords, run, runToEnd } =
	frontDeskOf(school);

/** An output item of Account → Check. */
interface Finding extends IDataObject {
	check: string;
	subject: string;
	found: string;
	verdict: string;
	meaning: string;
}

/** The names of all checks, in the order in which an account without differences shows them. */
const CHECKS = [
	'summary',
	'branch',
	'records of other branches',
	'list',
	'page size',
	'number of rows',
	'order of a list',
	'IDs',
	'date format',
	'time of an answer',
	'too many requests',
	'time zone',
];

/** Fills the form of Account → Check. */
function accountCheckForm(options: INodeParameters = {}): INodeParameters {
	return { resource: 'account', operation: 'check', options };
}

/** Runs Account → Check, which must succeed. */
async function checkAccount(
	options: INodeParameters = {},
	runOptions: Partial<RunOptions> = {},
): Promise<Finding[]> {
	return (await run(accountCheckForm(options), runOptions)) as Finding[];
}

/** Writes what a finding is about, such as "list: room/index". */
function describeTopic({ check, subject }: Finding): string {
	return `${check}: ${subject}`;
}

/** Gets the finding about a topic, such as "list: room/index". */
function getFinding(findings: readonly Finding[], topic: string): Finding {
	const finding = findings.find((candidate) => describeTopic(candidate) === topic);
	if (finding === undefined) throw new Error(`The report says nothing about "${topic}"`);
	return finding;
}

/** Lists the topics of the findings that have a verdict. */
function listTopics(findings: readonly Finding[], wantedVerdict: string): string[] {
	return findings.filter(({ verdict }) => verdict === wantedVerdict).map(describeTopic);
}

/** Adds many leads to branch 1. */
function addLeads(count: number): void {
	for (let index = 0; index < count; index++) {
		addLead();
	}
}

/** Removes all records of some entities. */
function removeRecords(entities: readonly string[]): void {
	const { store } = school.sandbox;
	store.withoutEvents(() => {
		for (const entity of entities) {
			for (const { id } of [...store.rows(entity)]) {
				store.remove(entity, id);
			}
		}
	});
}

/** Reads the names, phones, emails and notes of everybody and everything in the school. */
function readPersonalWords(): string[] {
	const entities = ['customer', 'teacher', 'user', 'branch', 'room', 'subject', 'pay-account', 'group'];
	const records = entities.flatMap((entity) => readRecords(entity));
	const values = records.flatMap(({ name, legal_name, phone, email, note }) => [
		name,
		legal_name,
		[phone].flat(),
		[email].flat(),
		note,
	]);
	// A shorter word may be a part of any sentence.
	return values.flat().filter((value) => typeof value === 'string' && value.length > 3) as string[];
}

describe('Account → Check', () => {
	it('Account → Check changes nothing in AlfaCRM', async () => {
		const before = school.sandbox.snapshot();

		await checkAccount();

		expect(school.sandbox.changes(before)).toEqual([]);
	});

	it('Account → Check only logs in and lists', async () => {
		await checkAccount();

		const actions = new Set(school.sandbox.journal.map(({ action }) => action));
		expect(actions).toEqual(new Set(['login', 'index']));
	});

	it('Account → Check logs in once and sends about 40 calls', async () => {
		await checkAccount();

		expect(school.readJournal('auth/login')).toHaveLength(1);
		expect(school.readCalls().length).toBeGreaterThan(35);
		expect(school.readCalls().length).toBeLessThan(45);
	});

	it('Account → Check reads the account once for three items, and reports everything for each item', async () => {
		const findings = await checkAccount();
		school.sandbox.clearJournal();

		const findingsOfThreeItems = await checkAccount({}, { items: [{}, {}, {}] });

		expect(findingsOfThreeItems).toHaveLength(3 * findings.length);
		expect(school.readJournal('room/index')).toHaveLength(1);
		expect(school.readCalls().length).toBeLessThan(45);
	});

	it('Account → Check finds no differences in an account that does as the API notes say', async () => {
		const [summary] = await checkAccount();

		expect(summary).toMatchObject({ found: 'no differences', verdict: 'as expected' });
		expect(summary.meaning).toMatch(/^All \d+ things that could be told are as the node expects\./);
	});

	it('Account → Check makes all checks', async () => {
		const findings = await checkAccount();

		const checks = new Set(findings.map(({ check }) => check));
		expect([...checks]).toEqual(CHECKS);
	});

	it.each(CHECKS)('docs/check.md explains the check "%s"', (check) => {
		const page = readFileSync('docs/check.md', 'utf8');

		expect(page).toContain(`\`${check}\``);
	});

	it('the report begins with a summary and the differences', async () => {
		changeSettings({ forbiddenCalls: ['room/index', 'level/index'] });

		const [summary, firstDifference, secondDifference] = await checkAccount();

		expect(summary).toMatchObject({ check: 'summary', found: '2 differences', verdict: 'differs' });
		expect(summary.meaning).toMatch(
			/^2 differences from what the node expects: the next 2 items say what to do\./,
		);
		expect(firstDifference).toMatchObject({ check: 'list', subject: 'level/index', verdict: 'denied' });
		expect(secondDifference).toMatchObject({ check: 'list', subject: 'room/index', verdict: 'denied' });
	});

	it('the summary speaks of the next item in the singular when there is one difference', async () => {
		changeSettings({ forbiddenCalls: ['room/index'] });

		const [summary] = await checkAccount();

		expect(summary.found).toBe('1 difference');
		expect(summary.meaning).toMatch(
			/^1 difference from what the node expects: the next item says what to do\./,
		);
	});

	it('the report has the differences first, then the findings as expected, and the unknown ones last', async () => {
		changeSettings({ forbiddenCalls: ['room/index', 'level/index'] });

		const [, ...findings] = await checkAccount();

		const verdicts = findings.map(({ verdict }) => verdict);
		expect(new Set(verdicts)).toEqual(new Set(['denied', 'as expected', 'unknown']));
		expect(verdicts.lastIndexOf('denied')).toBeLessThan(verdicts.indexOf('as expected'));
		expect(verdicts.lastIndexOf('as expected')).toBeLessThan(verdicts.indexOf('unknown'));
	});

	it('the report has one finding for each topic', async () => {
		const topics = (await checkAccount()).map(describeTopic);

		expect(topics).toEqual([...new Set(topics)]);
	});

	it('all findings have the same fields and a sentence as their meaning', async () => {
		const findings = await checkAccount();

		const fields = new Set(findings.map((finding) => Object.keys(finding).join(', ')));
		expect([...fields]).toEqual(['check, subject, expected, found, rows, verdict, meaning']);
		const brokenSentences = findings.filter(({ meaning }) => !/^[A-Z].*\.$/.test(meaning));
		expect(brokenSentences).toEqual([]);
	});

	it('a finding about a list counts its rows', async () => {
		const findings = await checkAccount();

		expect(getFinding(findings, 'list: lesson-type/index')).toMatchObject({ found: 'readable', rows: 4 });
	});

	it('the report tells an empty list from a list that cannot be read', async () => {
		removeRecords(['customer']);

		const findings = await checkAccount();

		expect(getFinding(findings, 'list: customer/index')).toMatchObject({
			found: 'empty',
			rows: 0,
			verdict: 'as expected',
		});
	});

	it('the report calls everything unknown that an account without records cannot show', async () => {
		removeRecords(['customer', 'group', 'lesson', 'pay', 'log', 'cgi', 'customer-tariff', 'task']);

		const findings = await checkAccount();

		const knownFindings = findings.filter(({ check, verdict }) => check !== 'list' && verdict !== 'unknown');
		expect(knownFindings.map(describeTopic)).toEqual([
			'summary: account',
			'branch: branch 1',
			'branch: branch 2',
			'number of rows: lists',
			'time of an answer: calls',
			'too many requests: calls',
		]);
		expect(getFinding(findings, 'list: cgi/index').meaning).toBe(
			'Nothing to tell it by; it takes a group that can be read.',
		);
	});

	it('Account → Check refuses a branch that is no number before it sends anything', async () => {
		await expectRefusedUnsent(accountCheckForm({ branchToCheck: 'first' }), "'Branch ID'");
	});
});

describe('The output of Account → Check', () => {
	it('the report contains no name, phone, email address or note of the school', async () => {
		const printed = JSON.stringify(await checkAccount());

		const personalWords = readPersonalWords();
		expect(personalWords.length).toBeGreaterThan(400);
		expect(personalWords.filter((word) => printed.includes(word))).toEqual([]);
	});

	it('the report contains no Russian word, day, phone or sum of money', async () => {
		const printed = JSON.stringify(await checkAccount());

		expect(printed).not.toMatch(/[А-Яа-яЁё]/);
		expect(printed).not.toMatch(/\d{2}\.\d{2}\.\d{4}|\d{4}-\d{2}-\d{2}/);
		expect(printed).not.toMatch(/\+7/);
		expect(printed).not.toMatch(/\d\.00/);
	});

	it('the report contains neither the host nor the email address nor the key of the account', async () => {
		const printed = JSON.stringify(await checkAccount());

		expect(printed).not.toContain(new URL(school.sandbox.url).host);
		expect(printed).not.toContain(school.sandbox.account.email);
		expect(printed).not.toContain(school.sandbox.account.apiKey);
	});
});

describe('Account → Check for a user with few rights', () => {
	it('the report names each list that the user may not read, and what that means', async () => {
		changeSettings({ forbiddenCalls: ['log/index', 'pay/index'] });

		const findings = await checkAccount();

		expect(listTopics(findings, 'denied')).toEqual(['list: log/index', 'list: pay/index']);
		expect(getFinding(findings, 'list: log/index').meaning).toBe(
			'The role of this user may not list change log entries: their operations end with an error, and events of the AlfaCRM Trigger too. If you need them, give the role that right in AlfaCRM.',
		);
		expect(getFinding(findings, 'list: pay/index').meaning).toBe(
			'The role of this user may not list payments: their operations end with an error, and events of the AlfaCRM Trigger too; their dropdowns stay empty. If you need them, give the role that right in AlfaCRM.',
		);
	});

	it('the report calls every list denied or unknown when the user has no rights', async () => {
		school.engine = new Engine({ ...school.credential, ...school.sandbox.account.noRights });

		const findings = await checkAccount();

		const lists = findings.filter(({ check }) => check === 'list');
		expect(new Set(lists.map(({ verdict }) => verdict))).toEqual(new Set(['denied', 'unknown']));
		expect(getFinding(findings, 'list: pay/index').meaning).toBe(
			"AlfaCRM denied everything usual in branch 1, so either this user does not work there or the role has no rights: check another branch by 'Branch ID'.",
		);
	});

	it('Account → Check logs in once when the user has no rights', async () => {
		school.engine = new Engine({ ...school.credential, ...school.sandbox.account.noRights });

		await checkAccount();

		expect(school.readJournal('auth/login')).toHaveLength(1);
	});

	it('the report tells a branch that the user may not see from a role without rights', async () => {
		changeSettings({ forbiddenBranches: [1] });

		const findings = await checkAccount({ branchToCheck: '1' });

		expect(getFinding(findings, 'branch: branch 1').verdict).toBe('denied');
		expect(getFinding(findings, 'branch: branch 2').found).toBe('readable');
		expect(getFinding(findings, 'list: branch/index').verdict).toBe('as expected');
		expect(getFinding(findings, 'list: pay/index').meaning).toBe(
			"AlfaCRM denied everything usual in branch 1, so either this user does not work there or the role has no rights: check branch 2 by 'Branch ID'.",
		);
	});

	it('Account → Check reads the lists of the chosen branch', async () => {
		await checkAccount({ branchToCheck: '2' });

		expect(school.readJournal('pay/index')).toMatchObject([{ branch: 2 }]);
	});

	it('Account → Check reads the lists of the first visible branch when none is chosen', async () => {
		changeSettings({ forbiddenBranches: [1] });

		await checkAccount();

		expect(school.readJournal('pay/index')).toMatchObject([{ branch: 2 }]);
	});

	it.each([{ expiredTokenStatus: 401 }, { expiredTokenStatus: 403 }, { expiredTokenStatus: 200 }])(
		'the report tells a denied list from an expired token, which AlfaCRM answers with $expiredTokenStatus',
		async ({ expiredTokenStatus }) => {
			changeSettings({ forbiddenCalls: ['room/index', 'branch/index'], expiredTokenStatus });
			await run({ resource: 'subject', operation: 'getAll', branchId: 1 });
			school.sandbox.expireTokens();
			school.sandbox.clearJournal();

			const findings = await checkAccount();

			expect(school.readJournal('auth/login')).toHaveLength(1);
			expect(getFinding(findings, 'list: room/index').verdict).toBe('denied');
			expect(getFinding(findings, 'list: lesson/index').verdict).toBe('as expected');
		},
	);
});

describe('Account → Check of an account that differs', () => {
	it.each([
		{
			behaviour: 'gives pages of 30 rows, whatever size is requested',
			settings: { bodyPageSize: 'ignored', pageSize: 30 },
			topic: 'page size: lists',
			found: /^30 rows$/,
		},
		{
			behaviour: 'refuses a size of pages',
			settings: { bodyPageSize: 'refused400' },
			topic: 'page size: lists',
			found: /^20 rows, refused for branch, /,
		},
		{
			behaviour: 'ignores the size of pages and does not count the rows',
			settings: { bodyPageSize: 'ignored', total: 'missing' },
			topic: 'page size: lists',
			found: /^20 rows$/,
		},
		{
			behaviour: 'does not count the rows',
			settings: { total: 'missing' },
			topic: 'number of rows: lists',
			found: /^missing for branch, /,
		},
	])('the report says that AlfaCRM $behaviour', async ({ settings, topic, found }) => {
		changeSettings(settings);

		const finding = getFinding(await checkAccount(), topic);

		expect(finding.verdict).toBe('differs');
		expect(finding.found).toMatch(found);
	});

	it('the report reads the size of a full page from a list that is longer than a page', async () => {
		addLeads(500);

		const findings = await checkAccount();

		expect(getFinding(findings, 'page size: lists')).toMatchObject({
			found: '500 rows',
			verdict: 'as expected',
		});
	});

	it('the report names a branch whose list also shows customers of other branches', async () => {
		changeSettings({ pooledBranches: [2] });

		const findings = await checkAccount();

		expect(getFinding(findings, 'records of other branches: branch 1')).toMatchObject({
			found: 'none',
			verdict: 'as expected',
		});
		expect(getFinding(findings, 'records of other branches: branch 2')).toMatchObject({
			found: expect.stringMatching(/^\d+ of 150 customers$/) as string,
			verdict: 'differs',
			meaning: expect.stringContaining('Get Many and the AlfaCRM Trigger leave those out') as string,
		});
	});

	it('the report says that the change log begins with the oldest entry', async () => {
		const { store } = school.sandbox;
		const sorted = jest
			.spyOn(store, 'sorted')
			.mockImplementation((path) => [...store.rows(path)].sort((a, b) => a.id - b.id));

		const findings = await checkAccount();
		sorted.mockRestore();

		expect(getFinding(findings, 'order of a list: log')).toMatchObject({
			found: 'oldest first',
			verdict: 'differs',
		});
	});

	it('the report counts a customer who is older than customers with smaller IDs', async () => {
		changeRecord('customer', addLead(), { created_at: '2001-01-01 00:00:00' });

		const findings = await checkAccount();

		expect(getFinding(findings, 'IDs: customer')).toMatchObject({
			found: '1 of 101 do not',
			verdict: 'differs',
		});
	});

	it('the report names a day in a format that the node cannot read', async () => {
		changeRecord('customer', addLead(), { dob: 'in 2001' });

		const findings = await checkAccount();

		expect(getFinding(findings, 'date format: customer.dob')).toMatchObject({
			found: 'another, dd.mm.yyyy',
			verdict: 'differs',
		});
	});
});

describe('Account → Check of the time zone, at noon in Moscow, where the school is', () => {
	beforeEach(() => stopClock('2026-03-02T09:00:00Z'));

	afterEach(() => jest.useRealTimers());

	/** Adds an entry to the log of changes, with a time by the clock of the school. */
	function addLogEntry(time: string): void {
		addRecord('log', { entity: 'Customer', entity_id: 1, date_time: time, branch_ids: [1] });
	}

	it('the report finds no difference in time zones when the newest change is a minute old', async () => {
		addLogEntry('2026-03-02 11:59:00');

		const findings = await checkAccount({}, { timezone: 'Europe/Moscow' });

		expect(getFinding(findings, 'time zone: newest change in the log')).toMatchObject({
			found: 'that of the workflow',
			verdict: 'as expected',
			meaning: 'Likely, since something has changed just now: the school has the time zone of the workflow.',
		});
	});

	it('the report says that the school is three hours ahead of a workflow in UTC', async () => {
		addLogEntry('2026-03-02 12:00:00');

		const findings = await checkAccount({}, { timezone: 'UTC' });

		expect(getFinding(findings, 'time zone: newest change in the log')).toMatchObject({
			found: '180 min ahead',
			verdict: 'differs',
		});
	});

	it('the report calls the time zone unknown when the newest change is an hour old', async () => {
		addLogEntry('2026-03-02 11:00:00');

		const findings = await checkAccount({}, { timezone: 'Europe/Moscow' });

		expect(getFinding(findings, 'time zone: newest change in the log').verdict).toBe('unknown');
	});
});

describe('Account → Check, when calls fail', () => {
	it('Account → Check repeats the calls that AlfaCRM refuses as too many, and counts them', async () => {
		changeSettings({ rateLimit: 30 });

		const findings = await checkAccount();

		expect(getFinding(findings, 'too many requests: calls')).toMatchObject({
			found: expect.stringMatching(/^\d+ calls?$/) as string,
			verdict: 'differs',
		});
		expect(getFinding(findings, 'list: user/index').found).toBe('readable');
	});

	it('the report calls a branch readable when its customers fail and another list can be read', async () => {
		school.sandbox.faults.add({
			kind: 'status',
			status: 500,
			match: { entity: 'customer', branch: 1 },
			times: Infinity,
		});

		const findings = await checkAccount();

		expect(getFinding(findings, 'branch: branch 1')).toMatchObject({
			found: 'readable',
			verdict: 'as expected',
		});
	});

	it('the report names a list that fails, and has the findings about the other lists', async () => {
		school.sandbox.faults.add({
			kind: 'status',
			status: 500,
			match: { entity: 'room' },
			times: Infinity,
		});

		const findings = await checkAccount();

		expect(getFinding(findings, 'list: room/index')).toMatchObject({
			found: 'failed with HTTP 500',
			verdict: 'differs',
		});
		expect(getFinding(findings, 'list: tariff/index').found).toBe('readable');
	});

	it('Account → Check ends with an error when the network breaks down', async () => {
		school.sandbox.faults.add({ kind: 'reset', skip: 20, times: Infinity });

		const { error } = await runToEnd(accountCheckForm());

		expect(error?.message).toMatch(/closed the connection/);
	});

	it('Account → Check sends nothing more after it is cancelled', async () => {
		const controller = new AbortController();
		school.sandbox.onRequest = ({ request }) => {
			if (request === 20) {
				controller.abort();
			}
		};

		const { error } = await runToEnd(accountCheckForm(), { signal: controller.signal });

		expect(error?.message).toBe('The execution was cancelled');
		expect(school.readCalls().length).toBeLessThanOrEqual(21);
	});

	it('Account → Check ends with an error that names the credential when AlfaCRM refuses the login', async () => {
		school.engine = new Engine({ ...school.credential, email: 'nobody@school.example' });

		const { error } = await runToEnd(accountCheckForm());

		expect(error?.message).toMatch(/^AlfaCRM did not accept the login\. Check 'Email' and 'API Key'/);
	});
});
