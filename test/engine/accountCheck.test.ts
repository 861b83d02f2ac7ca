import { readFileSync } from 'node:fs';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../sandbox';
import type { RunOptions } from './support/engine';
import { Engine } from './support/engine';
import { callInProcess, skipRetryPauses } from './support/inProcess';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

callInProcess();
skipRetryPauses();

interface Told extends IDataObject {
	check: string;
	subject: string;
	found: string;
	verdict: string;
	meaning: string;
}

const school = useSchool({ customers: 150, settings: { bodyPageSize: 'honoured' } });
const office = frontDeskOf(school);
const account = (more: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'account', operation: 'check', ...more },
});
const check = async (more: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	(await office.run(account(more), options)) as Told[];
const logins = () => school.readJournal('auth/login');
const nameOf = ({ check: what, subject }: Told) => `${what}: ${subject}`;
const at = (report: readonly Told[], name: string) => report.find((told) => nameOf(told) === name);
const meaningOf = (report: readonly Told[], name: string) => String(at(report, name)?.meaning);

describe('Account → Check', () => {
	it('only lists, changes nothing, logs in once, and takes some 40 calls', async () => {
		const before = school.sandbox.snapshot();
		await check();
		expect(school.sandbox.changes(before)).toEqual([]);
		expect(logins()).toHaveLength(1);
		expect(
			school.sandbox.journal.filter(({ action }) => !['index', 'login'].includes(String(action))),
		).toEqual([]);
		expect(school.readCalls().length).toBeGreaterThan(35);
		expect(school.readCalls().length).toBeLessThan(45);
	});

	it('begins with a summary, then says what differs and what to do, then the rest', async () => {
		office.changeSettings({ forbiddenCalls: ['room/index', 'level/index'] });
		const [summary, ...report] = await check();
		expect(summary).toMatchObject({ check: 'summary', found: '2 differences', verdict: 'differs' });
		expect(summary.meaning).toMatch(/^2 differences .* the next 2 items say what to do\./);
		expect(report.slice(0, 2).map(nameOf)).toEqual(['list: level/index', 'list: room/index']);
		const verdicts = report.map(({ verdict }) => verdict);
		expect(new Set(verdicts)).toEqual(new Set(['denied', 'as expected', 'unknown']));
		expect(verdicts.lastIndexOf('as expected')).toBeLessThan(verdicts.indexOf('unknown'));
		expect(new Set(report.map(nameOf)).size).toBe(report.length);
		for (const told of report) {
			const shape = ['check', 'subject', 'expected', 'found', 'rows', 'verdict', 'meaning'];
			expect(Object.keys(told)).toEqual(shape);
			expect(told.meaning).toMatch(/^[A-Z].*\.$/);
		}
		expect(at(report, 'list: lesson-type/index')).toMatchObject({ found: 'readable', rows: 4 });
	});

	it('speaks of the next item, in the singular, if there is one difference', async () => {
		office.changeSettings({ forbiddenCalls: ['room/index'] });

		const [summary] = await check();

		expect(summary.found).toBe('1 difference');
		expect(summary.meaning).toMatch(
			/^1 difference from what the node expects: the next item says what to do\./,
		);
	});

	it('of an account as the facts have it finds no differences', async () => {
		const [{ found, verdict, meaning }] = await check();
		expect([found, verdict]).toEqual(['no differences', 'as expected']);
		expect(meaning).toMatch(/^All \d+ things that could be told are as the node expects\./);
	});

	it('says nothing of anybody', async () => {
		const text = JSON.stringify(await check());
		const { url, account: user } = school.sandbox;
		const paths = ['customer', 'teacher', 'user', 'branch', 'room', 'subject', 'pay-account', 'group'];
		const said = paths
			.flatMap(office.readRecords)
			.flatMap(({ name, legal_name: payer, phone, email, note }) => [name, payer, phone, email, note].flat());
		const words = said.filter((one): one is string => typeof one === 'string' && one.length > 3);
		expect(words.length).toBeGreaterThan(400);
		expect(words.filter((word) => text.includes(word))).toEqual([]);
		expect(text).not.toMatch(/[А-Яа-яЁё]|\d{2}\.\d{2}\.\d{4}|\d{4}-\d{2}-\d{2}|\+7|\d\.00/);
		for (const secret of [user.apiKey, user.email, new URL(url).host]) expect(text).not.toContain(secret);
	});

	it('docs/check.md names each thing that is checked', async () => {
		const page = readFileSync('docs/check.md', 'utf8');
		const names = new Set((await check()).map((told) => told.check));
		expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
	});

	it('is done once for all items', async () => {
		const one = await check();
		const calls = school.readCalls().length;
		school.sandbox.clearJournal();
		expect(await check({}, { items: [{}, {}, {}] })).toHaveLength(3 * one.length);
		expect(school.readCalls().length).toBeLessThanOrEqual(calls);
	});

	it('of an account with nothing in it invents nothing', async () => {
		const { store } = school.sandbox;
		const empty = ['customer', 'group', 'lesson', 'pay', 'log', 'cgi', 'customer-tariff', 'task'];
		store.withoutEvents(() => {
			for (const path of empty) for (const { id } of [...store.rows(path)]) store.remove(path, id);
		});
		const report = await check();
		const told = report.filter(({ verdict, check: name }) => verdict !== 'unknown' && name !== 'list');
		expect(told.map(({ check: name }) => name)).toEqual([
			...['summary', 'branch', 'branch', 'number of rows', 'time of an answer', 'too many requests'],
		]);
		expect(at(report, 'list: customer/index')).toMatchObject({ found: 'empty', rows: 0 });
		expect(meaningOf(report, 'list: cgi/index')).toMatch(/it takes a group/);
	});
});

describe('what the user may not read', () => {
	it('is named list by list, with what that means', async () => {
		office.changeSettings({ forbiddenCalls: ['log/index', 'pay/index'] });
		const report = await check();
		expect(report.filter(({ verdict }) => verdict === 'denied').map(nameOf)).toEqual([
			...['list: log/index', 'list: pay/index'],
		]);
		expect(meaningOf(report, 'list: log/index')).toMatch(
			/change log entries: .* events of the AlfaCRM Trigger/,
		);
		expect(meaningOf(report, 'list: pay/index')).toMatch(/role .*events of the AlfaCRM Trigger.*dropdowns/);
	});

	it('is everything, of a user without rights, with one login', async () => {
		school.engine = new Engine({ ...school.credential, ...school.sandbox.account.noRights });
		const report = await check();
		const lists = report.filter(({ check: name }) => name === 'list');
		expect(new Set(lists.map(({ verdict }) => verdict))).toEqual(new Set(['denied', 'unknown']));
		expect(meaningOf(report, 'list: pay/index')).toMatch(
			/in branch 1, .*role .*check another branch by 'Branch ID'/,
		);
		expect(logins()).toHaveLength(1);
	});

	it('may be a branch, which is not taken for the role', async () => {
		office.changeSettings({ forbiddenBranches: [1] });
		const report = await check({ options: { branchToCheck: '1' } });
		expect(at(report, 'branch: branch 2')?.found).toBe('readable');
		expect(at(report, 'branch: branch 1')?.verdict).toBe('denied');
		expect(meaningOf(report, 'list: pay/index')).toMatch(/in branch 1, .*check branch 2 by 'Branch ID'/);
		expect(at(report, 'list: branch/index')?.verdict).toBe('as expected');
	});

	it('looks at the branch that is given, else at the first that can be read', async () => {
		const branches = () => new Set(school.readJournal('pay/index').map(({ branch }) => branch));
		await check({ options: { branchToCheck: '2' } });
		expect(branches()).toEqual(new Set([2]));
		school.sandbox.clearJournal();
		office.changeSettings({ forbiddenBranches: [1] });
		await check();
		expect(branches()).toEqual(new Set([2]));
	});

	it.each([401, 403, 200] as const)('is told from an expired token (%s)', async (expiredTokenStatus) => {
		office.changeSettings({ forbiddenCalls: ['room/index', 'branch/index'], expiredTokenStatus });
		await office.run({ resource: 'subject', operation: 'getAll', branchId: 1 });
		school.sandbox.expireTokens();
		school.sandbox.clearJournal();
		const report = await check();
		expect(logins()).toHaveLength(1);
		expect(at(report, 'list: room/index')?.verdict).toBe('denied');
		expect(at(report, 'list: lesson/index')?.verdict).toBe('as expected');
	});
});

describe('how lists come', () => {
	it.each<[Partial<Settings>, name: string, found: string]>([
		[{ bodyPageSize: 'ignored', pageSize: 30 }, 'page size: lists', '30 rows'],
		[{ bodyPageSize: 'refused400' }, 'page size: lists', '20 rows, refused for branch, '],
		[{ bodyPageSize: 'ignored', total: 'missing' }, 'page size: lists', '20 rows'],
		[{ total: 'missing' }, 'number of rows: lists', 'missing for branch, '],
	])('with %j differs', async (settings, name, found) => {
		office.changeSettings(settings);
		const told = at(await check(), name);
		expect(told).toMatchObject({ found: expect.stringMatching(`^${found}`) as string, verdict: 'differs' });
	});

	it('names a branch whose list also shows customers of other branches', async () => {
		office.changeSettings({ pooledBranches: [2] });

		const report = await check();

		expect(at(report, 'records of other branches: branch 1')).toMatchObject({
			found: 'none',
			verdict: 'as expected',
		});
		expect(at(report, 'records of other branches: branch 2')).toMatchObject({
			found: expect.stringMatching(/^\d+ of 150 customers$/) as string,
			verdict: 'differs',
			meaning: expect.stringContaining('Get Many and the AlfaCRM Trigger leave those out') as string,
		});
	});

	it('that are longer than the largest page tell its size', async () => {
		for (let one = 0; one < 500; one++) office.addLead();
		expect(at(await check(), 'page size: lists')).toMatchObject({
			...{ found: '500 rows', verdict: 'as expected' },
		});
	});

	it('in another order, with older customers under larger IDs, or with other dates differs', async () => {
		office.changeRecord('customer', office.addLead(), { created_at: '2001-01-01 00:00:00', dob: 'in 2001' });
		const sorted = jest
			.spyOn(school.sandbox.store, 'sorted')
			.mockImplementation((path) => [...school.sandbox.store.rows(path)].sort((a, b) => a.id - b.id));
		const report = await check();
		expect(at(report, 'order of a list: log')).toMatchObject({ found: 'oldest first', verdict: 'differs' });
		expect(at(report, 'IDs: customer')).toMatchObject({ found: '1 of 101 do not', verdict: 'differs' });
		expect(at(report, 'date format: customer.dob')).toMatchObject({
			...{ found: 'another, dd.mm.yyyy', verdict: 'differs' },
		});
		sorted.mockRestore();
	});

	it.each<[what: string, zone: string, minutes: number, told: RegExp]>([
		['that agrees is likely to', 'Europe/Moscow', -1, /^as expected: .*Likely/],
		['ahead of the workflow differs for sure', 'UTC', 0, /^differs: 1(79|80|81) min ahead/],
		['is not known where nothing has happened for long', 'Europe/Moscow', -60, /^unknown: /],
	])('a clock %s, by the newest change', async (_what, zone, minutes, expected) => {
		const time = new Date(Date.now() + minutes * 60_000 + 3 * 3_600_000).toISOString();
		const date_time = time.slice(0, 19).replace('T', ' ');
		office.addRecord('log', { entity: 'Customer', entity_id: 1, date_time, branch_ids: [1] });
		const report = await check({}, { timezone: zone });
		const { verdict, found, meaning } = report.find(({ check: name }) => name === 'time zone') as Told;
		expect(`${verdict}: ${found} ${meaning}`).toMatch(expected);
	});
});

describe('what goes wrong meanwhile', () => {
	it('calls that are too many are counted, and repeated', async () => {
		office.changeSettings({ rateLimit: 30 });
		const report = await check();
		expect(at(report, 'too many requests: calls')).toMatchObject({
			...{ found: expect.stringMatching(/^\d+ calls?$/) as string, verdict: 'differs' },
		});
		expect(at(report, 'list: user/index')?.found).toBe('readable');
	});

	it('calls a branch readable if its list of customers fails and another list comes', async () => {
		const match = { entity: 'customer', branch: 1 };
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match });

		const report = await check();

		expect(at(report, 'branch: branch 1')).toMatchObject({ found: 'readable', verdict: 'as expected' });
	});

	it('a list that fails holds up nothing', async () => {
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match: { entity: 'room' } });
		const report = await check();
		expect(at(report, 'list: room/index')).toMatchObject({
			found: 'failed with HTTP 500',
			verdict: 'differs',
		});
		expect(at(report, 'list: tariff/index')?.found).toBe('readable');
	});

	it('a network that breaks down ends it with an error', async () => {
		school.sandbox.faults.add({ kind: 'reset', times: 0, skip: 20 });
		const { error } = await office.runToEnd(account());
		expect(error?.message).toMatch(/closed the connection/);
	});

	it('it ends at once when it is cancelled', async () => {
		const stop = new AbortController();
		school.sandbox.onRequest = ({ request }) => {
			if (request === 20) stop.abort();
		};
		const { status } = await office.runToEnd(account(), { signal: stop.signal });
		expect(status).not.toBe('success');
		expect(school.readCalls().length).toBeLessThanOrEqual(21);
	});

	it('of a credential that does not work it says that', async () => {
		school.engine = new Engine({ ...school.credential, email: 'nobody@school.example' });
		const { error } = await office.runToEnd(account());
		expect(error?.message).toMatch(/email/i);
	});

	it('a branch that is no number is refused before anything is sent', async () => {
		await office.expectRefusedUnsent(account({ options: { branchToCheck: 'first' } }), "'Branch ID'");
	});
});
