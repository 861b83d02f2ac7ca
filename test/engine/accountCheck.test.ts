import { readFileSync } from 'node:fs';
import type { INodeParameters } from 'n8n-workflow';

import { defaultSettings } from '../../sandbox/model/settings';
import { settingsOfProfile } from '../../sandbox/profile';
import type { Told } from './support/account';
import { auditorOf, differences, foundIn, isUntold, nameOf, playedBy } from './support/account';
import { SWITCH_CASES } from './support/accountSwitches';
import { Engine } from './support/engine';
import { callInProcess, passPauses } from './support/inProcess';
import { officeOf } from './support/office';
import { mostInASecond, useSchool } from './support/school';

jest.setTimeout(600_000);
callInProcess();
passPauses();

const school = useSchool({ customers: 150 });
const office = officeOf(school);
const { check, checkWith } = auditorOf(school);
const account = (more: INodeParameters = {}): INodeParameters => ({
	resource: 'account',
	operation: 'check',
	...more,
});
const logins = () => school.entries('auth/login');
const at = (report: readonly Told[], name: string) => report.find((told) => nameOf(told) === name);
const meaningOf = (report: readonly Told[], name: string) => String(at(report, name)?.meaning);

describe('Account → Check', () => {
	it('only lists, changes nothing, logs in once, and keeps to 140 calls', async () => {
		const before = school.sandbox.snapshot();
		await check();
		expect(school.sandbox.changes(before)).toEqual([]);
		expect(logins()).toHaveLength(1);
		const others = school.sandbox.journal.filter(({ action }) => action !== 'index' && action !== 'login');
		expect(others).toEqual([]);
		expect(office.writes()).toEqual([]);
		expect(school.calls().length).toBeGreaterThan(80);
		expect(school.calls().length).toBeLessThanOrEqual(140);
	});

	it('says of each thing what was expected, what was found, and what it means', async () => {
		const report = await check();
		expect(new Set(report.map(nameOf)).size).toBe(report.length);
		for (const told of report) {
			expect(Object.keys(told)).toEqual([
				...['check', 'subject', 'expected', 'found', 'rows', 'verdict', 'meaning'],
			]);
			expect(told.meaning).toMatch(/^[A-Z].*\.$/);
			expect(['as expected', 'denied', 'differs', 'unknown']).toContain(told.verdict);
		}
		expect(at(report, 'list: room/index')).toMatchObject({ found: 'allowed', rows: 3 });
		expect(at(report, 'page size asked for: pageSize in the body')).toMatchObject({
			expected: 'honoured',
			found: 'ignored',
			verdict: 'differs',
		});
	});

	it('says nothing of anybody', async () => {
		const text =
			JSON.stringify(await check()) + JSON.stringify(await office.run(account({ output: 'profile' })));
		const { url, account: user } = school.sandbox;
		const said = ['customer', 'teacher', 'user', 'branch', 'room', 'subject', 'pay-account', 'group'].flatMap(
			(path) =>
				office
					.rows(path)
					.flatMap(({ name, legal_name: payer, phone, email, note }) =>
						[name, payer, phone, email, note].flat(),
					),
		);
		const words = said.filter((one): one is string => typeof one === 'string' && one.length > 3);
		expect(words.length).toBeGreaterThan(400);
		expect(words.filter((word) => text.includes(word))).toEqual([]);
		expect(text).not.toMatch(/[А-Яа-яЁё]|\d{2}\.\d{2}\.\d{4}|\d{4}-\d{2}-\d{2}|\+7|\d\.00/);
		expect(text).not.toContain(user.apiKey);
		expect(text).not.toContain(user.email);
		expect(text).not.toContain(new URL(url).host);
	});

	it('of a user who may nothing says denied, with one login', async () => {
		const { noRights } = school.sandbox.account;
		school.engine = new Engine({ ...school.credential, ...noRights });
		const report = await check();
		expect(new Set(report.map(({ verdict }) => verdict))).toEqual(new Set(['denied', 'unknown']));
		expect(
			report.filter(({ check: name }) => name === 'list').every(({ verdict }) => verdict === 'denied'),
		).toBe(true);
		expect(logins()).toHaveLength(1);
	});

	it.each([401, 403, 200] as const)(
		'with a token that has expired (%s) logs in once',
		async (expiredTokenStatus) => {
			office.set({ forbiddenCalls: ['room/index', 'pay/index', 'branch/index'], expiredTokenStatus });
			await office.run({ resource: 'subject', operation: 'getAll', branchId: 1 });
			school.sandbox.expireTokens();
			school.sandbox.clearJournal();
			const report = await check();
			expect(logins()).toHaveLength(1);
			expect(at(report, 'list: pay/index')?.verdict).toBe('denied');
			expect(at(report, 'list: lesson/index')?.verdict).toBe('as expected');
		},
	);

	it('of lists that are denied says so, and tries the others', async () => {
		office.set({ forbiddenCalls: ['log/index', 'pay/index'] });
		const report = await check();
		const denied = report.filter(({ verdict }) => verdict === 'denied').map(nameOf);
		expect(denied).toContain('list: log/index');
		expect(denied).toContain('filter: pay.id');
		expect(denied.every((name) => /log|pay|clock/.test(name))).toBe(true);
		expect(meaningOf(report, 'list: log/index')).toMatch(
			/change log entries: .* events of the AlfaCRM Trigger/,
		);
		expect(meaningOf(report, 'list: pay/index')).toMatch(/events of the AlfaCRM Trigger.*dropdowns/);
		expect(at(report, 'filter: customer.id')?.found).toBe('honoured');
	});

	describe('where a branch is closed to the user', () => {
		const ROLE = /role of this user may not/;

		it('says which branches answered, and does not blame the role', async () => {
			office.set({ forbiddenBranches: [1, 3] });
			const report = await check({ options: { branchToCheck: '1' } });
			const denied = report.filter(({ verdict, check: name }) => verdict === 'denied' && name !== 'branch');
			expect(denied.length).toBeGreaterThan(40);
			for (const { meaning } of denied) {
				expect(meaning).not.toMatch(ROLE);
				expect(meaning).toMatch(/denied .* in branch 1, .*branch 2 answered.*'Branch ID'/);
			}
			expect(meaningOf(report, 'list: branch/index')).toMatch(/work/);
		});

		it('leaves open what it is where no other branch is known', async () => {
			office.set({ forbiddenBranches: [1], forbiddenCalls: ['branch/index'] });
			const alone = await check();
			expect(meaningOf(alone, 'list: branch/index')).toMatch(ROLE);
			expect(meaningOf(alone, 'filter: pay.id')).toMatch(/denied .* in branch 1, .*role.* or .*'Branch ID'/);
		});

		it('blames the role where the branch shows other lists', async () => {
			office.set({ forbiddenBranches: [2], forbiddenCalls: ['pay/index'] });
			const report = await check();
			expect(meaningOf(report, 'list: pay/index')).toMatch(ROLE);
			expect(meaningOf(report, 'filter: pay.id')).toMatch(ROLE);
		});
	});

	it('of an account with nothing in it invents nothing', async () => {
		const { store } = school.sandbox;
		store.withoutEvents(() => {
			const keep = ['teacher', 'subject', 'room', 'tariff', 'task', 'branch', 'pay-type'];
			const empty = ['customer', 'group', 'lesson', 'pay', 'log', 'cgi', 'customer-tariff', 'regular-lesson'];
			for (const path of [...keep, ...empty])
				for (const { id } of [...store.rows(path)])
					if (id !== 1 || empty.includes(path)) store.remove(path, id);
		});
		const report = await check();
		const told = report.filter(({ verdict, check: name }) => verdict !== 'unknown' && name !== 'list');
		expect(told.map(nameOf).sort()).toEqual([
			'branch: branch 1',
			'form of a field: tariff.lessons_count',
			'optional field: teacher.removed',
			'time of an answer: lists',
		]);
		expect(at(report, 'list: customer/index')).toMatchObject({ found: 'allowed', rows: 0 });
	});

	it('looks at the branch that is given, else at the first that can be read', async () => {
		const branches = () => new Set(school.entries('pay/index').map(({ branch }) => branch));
		await check({ options: { branchToCheck: '2' } });
		expect(branches()).toEqual(new Set([2]));
		school.sandbox.clearJournal();
		office.set({ forbiddenBranches: [1] });
		await check();
		expect(branches()).toEqual(new Set([2]));
	});

	it('is done once for all items', async () => {
		const one = await check();
		const calls = school.calls().length;
		school.sandbox.clearJournal();
		const { json } = await office.whole(account(), { items: [{}, {}, {}] });
		expect(json).toHaveLength(3 * one.length);
		expect(school.calls().length).toBeLessThanOrEqual(calls);
	});

	it('keeps to the rate', async () => {
		office.set({ rateLimit: 40 });
		school.engine = new Engine({ ...school.credential, requestsPerSecond: 40 });
		await check();
		expect(mostInASecond(school.sandbox.journal)).toBeLessThanOrEqual(40);
		expect(school.sandbox.journal.filter(({ status }) => status === 429)).toEqual([]);
	});

	it('ends at once when it is cancelled', async () => {
		const stop = new AbortController();
		school.sandbox.onRequest = ({ request }) => {
			if (request === 20) stop.abort();
		};
		const { status } = await office.whole(account(), { signal: stop.signal });
		expect(status).not.toBe('success');
		const sent = school.calls().length;
		expect(sent).toBeLessThanOrEqual(21);
	});

	it('stops asking where nothing answers any more', async () => {
		school.sandbox.faults.add({ kind: 'reset', times: 0, skip: 30 });
		const report = await check();
		expect(school.calls().length).toBeLessThan(45);
		expect(report.length).toBeGreaterThan(90);
		expect(report.at(-3)?.verdict).toBe('unknown');
	});

	it('a list that fails is not known, and holds up nothing', async () => {
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match: { entity: 'room' } });
		const report = await check();
		expect(at(report, 'list: room/index')).toMatchObject({
			found: 'failed with HTTP 500',
			verdict: 'differs',
		});
		expect(at(report, 'filter: room.id')?.verdict).toBe('unknown');
		expect(at(report, 'filter: tariff.id')?.found).toBe('ignored');
	});

	it.each([
		[{ email: 'nobody@school.example' }, /email/i],
		[{ hostname: 'http://127.0.0.1:9' }, /./],
	])('of a credential that does not work (%j) says that', async (wrong, message) => {
		school.engine = new Engine({ ...school.credential, ...wrong });
		const { error } = await office.whole(account());
		expect(error?.message).toMatch(message);
	});

	it.each([
		[{ output: 'csv' }, "'Output'"],
		[{ options: { branchToCheck: 'first' } }, "'Branch ID'"],
	])('refuses %j before anything is sent', async (more, label) => {
		await office.refused(account(more as INodeParameters), label);
	});
});

describe('the clock', () => {
	it.each<[what: string, zone: string, minutes: number, told: RegExp]>([
		['that agrees is likely to', 'Europe/Moscow', -1, /^as expected: .*Likely/],
		['ahead of the workflow differs for sure', 'UTC', 0, /^differs: 1(79|80|81) min ahead/],
		['is not known where nothing has happened for long', 'Europe/Moscow', -60, /^unknown: /],
	])('%s, by the newest change', async (_what, zone, minutes, told) => {
		const time = new Date(Date.now() + minutes * 60_000 + 3 * 3_600_000).toISOString();
		office.add('log', {
			entity: 'Customer',
			entity_id: 1,
			date_time: time.slice(0, 19).replace('T', ' '),
			branch_ids: [1],
		});
		const { json } = await office.whole(account(), { timezone: zone });
		const { verdict, found, meaning } = json.find(({ check: name }) => name === 'clock') as Told;
		expect(`${verdict}: ${found} ${meaning}`).toMatch(told);
	});
});

describe('the profile', () => {
	it('is one item and a file that hold the same', async () => {
		office.set({ total: 'missing', shownFields: ['group.removed'] });
		const report = await check();
		const { items } = await office.whole(account({ output: 'profile' }));
		expect(items).toHaveLength(1);
		const [{ json, binary }] = items;
		expect(binary?.data).toMatchObject({ fileName: 'alfacrm-profile.json', mimeType: 'application/json' });
		expect(JSON.parse(Buffer.from(binary?.data.data ?? '', 'base64').toString())).toEqual(json);
		expect(json).toMatchObject({ format: 'alfacrm-profile', version: 1 });
		const played = playedBy(json.findings as Told[]);
		expect(played).toEqual(playedBy(report));
		expect(settingsOfProfile(json)).toMatchObject(played);
		expect(played).toMatchObject({ total: 'missing', shownFields: ['group.removed'] });
	});

	it('tells how long answers take', async () => {
		office.set({ latencyMs: 20 });
		const [{ json }] = (await office.whole(account({ output: 'profile' }))).items;
		const { latencyMs } = settingsOfProfile(json);
		expect(latencyMs).toBeGreaterThanOrEqual(20);
		expect(latencyMs).toBeLessThan(80);
	});
});

// ---------------------------------------------------------------- the switches of the sandbox

describe('each switch of the sandbox', () => {
	let usual: Told[];
	beforeEach(async () => {
		usual ??= await checkWith({});
	});

	it('at its usual value: everything is told', () => {
		expect(Object.entries(foundIn(usual)).filter(([, found]) => isUntold(found))).toEqual([]);
		expect({ ...defaultSettings, ...playedBy(usual) }).toEqual(defaultSettings);
	});

	it.each(SWITCH_CASES)('alone is told, and played by the profile: $title', async (one) => {
		const { settings, says, hides } = one;
		const report = await checkWith(settings);
		const [before, after] = [foundIn(usual), foundIn(report)];
		const other = differences(before, after);
		const hidden = other.filter((name) => hides?.test(name) && isUntold(after[name] ?? '(denied)'));
		const told = other.filter((name) => !(name in says) && !hidden.includes(name));
		expect(told.map((name) => [name, after[name]])).toEqual([]);
		expect(Object.fromEntries(Object.keys(says).map((name) => [name, after[name]]))).toEqual(says);
		expect({ ...defaultSettings, ...playedBy(report) }).toEqual({ ...defaultSettings, ...settings });
	});
});

it('docs/check.md names each check, and each outcome that a switch of the sandbox has', async () => {
	const page = readFileSync('docs/check.md', 'utf8');
	const names = (await check()).map((told) => told.check);
	const outcomes = SWITCH_CASES.flatMap(({ says }) => Object.values(says));
	// Numbers are filled in, and formats of dates stand one by one.
	const written = [...names, ...outcomes.map((text) => text.replace(/ (50|400|405)\b/, ' …'))];
	const isNamed = (text: string) => page.includes(`\`${text}\``) || /^\d+$|yyyy/.test(text);
	expect(written.filter((text, n) => !isNamed(text) && !isNamed([...names, ...outcomes][n]))).toEqual([]);
});
