import { readFileSync } from 'node:fs';
import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Fault, Snapshot } from '../../sandbox';
import type { RunOptions } from './support/engine';
import { callInProcess, skipRetryPauses } from './support/inProcess';
import { OPEN_END } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

callInProcess();
skipRetryPauses();

interface Told extends IDataObject {
	step: string;
	result: string;
	message: string;
	report?: string;
}

const MARK = 'n8n test, may be deleted';
const KINDS: Record<string, string> = {
	...{ customer: 'lead', communication: 'comment', task: 'task', cgi: 'membership' },
};

const school = useSchool({ customers: 40, settings: { bodyPageSize: 'honoured' } });
const office = frontDeskOf(school);
const group = () =>
	office.readRecords('group').find(({ branch_ids: ids }) => [ids].flat().includes(1)) as IDataObject;
const form = (more: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'account', operation: 'tryWrites', writeTestLead: true },
	...{ groupToTry: String(group().id), ...more },
});
const tryWrites = async (more: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	(await office.run(form(more), options)) as Told[];
const at = (told: readonly Told[], step: string) => told.find((one) => one.step === step) as Told;
const wrong = (told: readonly Told[]) =>
	told.filter(({ step, result }) => step !== 'report' && ['differs', 'refused'].includes(result));
const created = () => office.readWrites().filter((call) => call === 'customer/create');

/** What is left of a run: each with the mark, and nothing of anybody else's touched. */
function leftSince(before: Snapshot) {
	const changes = school.sandbox.changes(before);
	expect(changes.filter((change) => change.before !== undefined)).toEqual([]);
	const left = changes.map(({ entity, id, after }) => ({ entity, id, row: after as unknown as IDataObject }));
	for (const { entity, row } of left)
		expect(JSON.stringify(entity === 'cgi' ? office.readCustomer(row.customer_id) : row)).toContain(MARK);
	return left;
}

/** The same, where all of it is named and nothing else. */
function leftBy(before: Snapshot, said: string) {
	const left = leftSince(before);
	const named = [...said.matchAll(/(?<!of )(lead|comment|task|membership) (\d+)/g)].map(([, kind, id]) => [
		...[kind, Number(id)],
	]);
	expect(named.sort()).toEqual(left.map(({ entity, id }) => [KINDS[entity], id]).sort());
	return left;
}

const isActive = ({ entity, row }: ReturnType<typeof leftBy>[number]): boolean => {
	if (entity === 'customer') return row.e_date === OPEN_END;
	if (entity === 'task') return row.is_done !== 1 && row.is_archive !== 1;
	if (entity !== 'cgi') return true;
	const [day, month, year] = String(row.e_date).split('.');
	// The membership ends by the clock of the school, where the next day has begun while it is still evening in UTC.
	const today = DateTime.now().setZone(school.sandbox.settings.timeZone).toISODate();
	return `${year}-${month}-${day}` > String(today);
};

describe('Account → Try Writes', () => {
	it('sends nothing unless it is switched on', async () => {
		await office.expectRefusedUnsent(form({ writeTestLead: false }), "'Write a Test Lead' is off");
	});

	it('tries each write in an account as the facts have it, and leaves nothing', async () => {
		const before = school.sandbox.snapshot();
		const told = await tryWrites();
		expect(told.map(({ step, result }) => [step, result])).toEqual(
			[
				...['create lead', 'update lead', 'add comment', 'create task', 'add to group', 'remove from group'],
				...['archive lead', 'delete comment', 'delete task', 'delete membership', 'delete lead', 'report'],
			].map((step) => [step, 'works']),
		);
		expect(at(told, 'report').message).toBe('All 11 steps that were tried work. Nothing stays in AlfaCRM.');
		expect(leftBy(before, at(told, 'report').message)).toEqual([]);
	});

	it('docs/check.md names each step and what comes of it', async () => {
		const page = readFileSync('docs/check.md', 'utf8');
		const steps = (await tryWrites()).map(({ step }) => step);
		const words = [...steps, 'close task', 'works', 'differs', 'refused', 'not tried'];
		expect(words.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
	});

	it('marks all that it writes, and reaches nobody', async () => {
		const said: string[] = [];
		school.sandbox.onRequest = ({ path, body }) => {
			if (/\/(create|update)$/.test(path) && !path.includes('/cgi/'))
				said.push(typeof body === 'string' ? body : JSON.stringify(body));
		};
		await tryWrites();
		const texts = said.filter((text) => !text.includes('removed'));
		expect(texts).toHaveLength(4);
		expect(texts.filter((text) => !text.includes(MARK))).toEqual([]);
		expect(texts.join(' ').match(/"phone":[^\]]*/g)).toEqual(['"phone":["+7(000)000-00-01"']);
		expect(texts.join(' ').match(/@[\w.]+/g)).toEqual(['@example.org']);
	});

	it('joins no group unless one is chosen', async () => {
		const told = await tryWrites({ groupToTry: '' });
		for (const step of ['add to group', 'remove from group', 'delete membership'])
			expect(at(told, step).result).toBe('not tried');
		expect(office.readWrites().filter((call) => call.startsWith('cgi/'))).toEqual([]);
	});

	it('writes one lead for all items, another one the next time, and one each of two at once', async () => {
		const before = school.sandbox.snapshot();
		expect(await tryWrites({}, { items: [{}, {}, {}] })).toHaveLength(36);
		expect(created()).toHaveLength(1);
		const both = await Promise.all([tryWrites(), tryWrites()]);
		expect(created()).toHaveLength(3);
		expect(both.flatMap(wrong)).toEqual([]);
		expect(leftBy(before, '')).toEqual([]);
	});

	it('tells no host, no email, no key and nobody, and holds a table', async () => {
		school.sandbox.faults.add({
			...{ kind: 'status', status: 400, match: { entity: 'task', action: 'create' } },
			message: `Группа ${String(group().name)}: nobody@school.test, 8 (912) 345-67-89 | ${school.sandbox.account.email}`,
		});
		const told = await tryWrites({ options: { branchToCheck: '1' } });
		const text = JSON.stringify(told);
		const { url, account } = school.sandbox;
		for (const secret of [new URL(url).host, account.email, account.apiKey, 'school.test', '345-67'])
			expect(text).not.toContain(secret);
		const { report = '' } = at(told, 'report');
		const rows = report.split('\n').filter((line) => line.startsWith('|'));
		expect(rows).toHaveLength(2 + 11);
		for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(5);
		expect(report).toMatch(/\| create task \| refused \| .*\\\|/);
	});
});

/** The calls that write, and the steps that they are of. */
const WRITES: Array<[call: string, steps: string[]]> = [
	['customer/create', ['create lead']],
	['customer/update', ['update lead', 'archive lead']],
	['customer/delete', ['delete lead']],
	['communication/create', ['add comment']],
	['communication/delete', ['delete comment']],
	['task/create', ['create task']],
	['task/delete', ['delete task']],
	['cgi/create', ['add to group']],
	['cgi/update', ['remove from group']],
	['cgi/delete', ['delete membership']],
];
const FAULTS: Record<string, Fault> = {
	'is denied': { kind: 'status', status: 403, message: 'Access Denied' },
	'is refused': { kind: 'successFalse', errors: { name: ['Так нельзя.'] } },
	'is not there': { kind: 'status', status: 404, message: 'Запрашиваемая страница не существует.' },
	'is not confirmed and not done': { kind: 'emptyObject' },
	'is not confirmed but done': { kind: 'emptyObject', when: 'after' },
	'is lost': { kind: 'reset' },
	'has a lost answer': { kind: 'reset', when: 'after' },
	'fails after it was done': { kind: 'status', status: 500, when: 'after' },
};
const table = WRITES.flatMap(([call, steps]) =>
	Object.entries(FAULTS).map(([name, fault]) => [call, name, fault, steps] as const),
);

describe('what AlfaCRM refuses is named, and what is there is taken back:', () => {
	it.each(table)('%s %s', async (call, _name, fault, steps) => {
		const [entity, action] = call.split('/');
		school.sandbox.faults.add({ ...fault, match: { entity, action }, times: Infinity });
		const before = school.sandbox.snapshot();
		const told = await tryWrites();
		const isDone = fault.when === 'after';
		for (const step of steps) {
			expect([step, at(told, step).result]).toEqual([step, isDone ? 'differs' : 'refused']);
			expect(at(told, step).message).toMatch(/^[A-Z'].*[.!]$/);
		}
		expect(wrong(told).filter(({ step }) => !steps.includes(step))).toEqual([]);
		const left = leftBy(before, at(told, 'report').message);
		const stays: Record<string, string[]> = {
			'customer/delete': ['customer'],
			'communication/delete': ['communication'],
			'task/delete': ['task'],
			// What says that it is one of a test is its lead.
			'cgi/delete': ['cgi', 'customer'],
		};
		expect(left.map((one) => one.entity).sort()).toEqual(isDone ? [] : (stays[call] ?? []));
		expect(left.filter(isActive).map((one) => one.entity)).toEqual(
			left.map((one) => one.entity).filter((one) => one === 'communication'),
		);
	});
});

describe('what cannot be deleted does not stay active, if ending it failed before:', () => {
	it.each([
		['lead', 'customer', '"removed":1'],
		['membership', 'cgi', 'e_date'],
	])('a %s', async (kind, entity, bodyContains) => {
		const refused = { kind: 'successFalse' } as const;
		school.sandbox.faults.add(
			{ ...refused, match: { entity, action: 'update', bodyContains } },
			{ ...refused, match: { entity, action: 'delete' }, times: Infinity },
		);
		const before = school.sandbox.snapshot();
		const told = await tryWrites();
		const step = kind === 'lead' ? 'archive lead' : 'remove from group';
		const results = told.filter((one) => one.step === step).map(({ result }) => result);
		expect(results).toEqual(['refused', 'works']);
		const left = leftBy(before, at(told, 'report').message);
		expect(left.map((one) => one.entity)).toContain(entity);
		expect(left.filter(isActive)).toEqual([]);
	});
});

describe('what differs is named:', () => {
	/** Takes something back behind the API, once AlfaCRM has carried out a call. */
	const afterwards = (call: string, change: () => void) => {
		school.sandbox.onSend = ({ path }) => {
			if (path.endsWith(`/${call}`)) change();
		};
	};
	const lead = () =>
		office.readRecords('customer').find(({ name }) => String(name).includes(MARK)) as IDataObject;
	const newest = (path: string) =>
		office.readRecords(path).find((row) => JSON.stringify(row).includes(MARK)) as IDataObject;
	const sees = async (step: string, message: RegExp, options: Partial<RunOptions> = {}) => {
		const before = school.sandbox.snapshot();
		const told = await tryWrites({}, options);
		expect([at(told, step).result, at(told, step).message]).toEqual([
			'differs',
			expect.stringMatching(message),
		]);
		leftBy(before, at(told, 'report').message);
		return told;
	};

	it('a field that a new lead loses', async () => {
		afterwards('customer/create', () =>
			office.changeRecord('customer', lead().id, { note: '', lead_status_id: 1 }),
		);
		await sees('create lead', /^'Note' was sent as "n8n test.*reads back as "".* stands in a stage/);
	});

	it('a field that an update leaves alone, and a phone that is rewritten', async () => {
		afterwards('customer/update', () =>
			office.changeRecord('customer', lead().id, { web: [], phone: ['8 000 000 00 02'] }),
		);
		const told = await sees('update lead', /'Website' was sent as .* reads back as \[\]/);
		expect(at(told, 'update lead').message).toMatch(/'Phone' was sent as .* reads back as \["8 000/);
	});

	it('a day that AlfaCRM wants otherwise', async () => {
		office.changeSettings({ dateFormats: { 'customer.dob': 'iso' } });
		const { result, message } = at(await tryWrites(), 'update lead');
		expect([result, message]).toEqual(['refused', expect.stringMatching(/Refused alone: 'Date of Birth': /)]);
	});

	it('the one field that AlfaCRM refuses of several', async () => {
		const errors = { web: ['Неверный формат значения «Сайт».'] };
		school.sandbox.faults.add({
			...{ kind: 'successFalse', errors, times: Infinity },
			match: { entity: 'customer', action: 'update', bodyContains: 'n8n-test"' },
		});
		const told = await tryWrites();
		const { result, message } = at(told, 'update lead');
		expect(result).toBe('refused');
		expect(message).toMatch(/Неверный формат .* Refused alone: 'Website': .*Неверный формат/);
		expect(message).not.toMatch(/'Phone'|'Note'|'Email'/);
	});

	it('a comment of another time, which Add Comment would add again', async () => {
		office.changeSettings({ timeZone: 'Asia/Vladivostok' });
		await sees('add comment', /Its time is 420 min ahead of the workflow: set the time zone/);
	});

	it('a school where it is another day, and all is taken back', async () => {
		office.changeSettings({ timeZone: 'Pacific/Kiritimati' });
		const told = await sees('add comment', /Its time is 1500 min ahead/, { timezone: 'Pacific/Pago_Pago' });
		expect(wrong(told).map(({ step }) => step)).toEqual(['add comment']);
		expect(at(told, 'report').message).toMatch(/Nothing stays/);
	});

	it('a comment without an author, where users may not be listed', async () => {
		office.changeSettings({ forbiddenCalls: ['user/index'] });
		const told = await tryWrites();
		expect(at(told, 'add comment')).toMatchObject({
			result: 'refused',
			message: expect.stringMatching(/Необходимо заполнить «Пользователь»/) as string,
		});
		expect(wrong(told)).toHaveLength(1);
	});

	it('a membership that does not cover today', async () => {
		const of = () => office.readRecords('cgi').find((row) => row.customer_id === lead().id) as IDataObject;
		afterwards('cgi/create', () => office.changeRecord('cgi', of().id, { e_date: '01.02.2020' }));
		await sees('add to group', /^Its days do not cover today\.$/);
	});

	it('a task that loses its day, and is taken back all the same', async () => {
		afterwards('task/create', () => office.changeRecord('task', newest('task').id, { due_date: null }));
		const told = await sees(
			'create task',
			/'Due Date' was sent as .* reads back as null\. It is not listed by its due date/,
		);
		expect(at(told, 'delete task').result).toBe('works');
	});

	it('an archive that does nothing', async () => {
		office.changeSettings({ removedWrite: 'ignored' });
		const told = await sees('archive lead', /^AlfaCRM confirmed it, but shows the lead as active\.$/);
		expect(at(told, 'report').message).toMatch(/Nothing stays/);
	});

	it('a delete that archives', async () => {
		office.changeSettings({ deleteMode: 'archive', removedWrite: 'ignored' });
		const told = await sees('delete lead', /^AlfaCRM confirmed it, but keeps the lead in the archive\.$/);
		expect(at(told, 'report').message).toMatch(/This stays in AlfaCRM: lead \d+ \(archived\)\.$/);
	});

	it('an answer with the ID of somebody else, who is left alone', async () => {
		const other = office.readRecords('customer')[0];
		const model = { id: Number(other.id), name: String(other.name) };
		school.sandbox.faults.add({
			...{ kind: 'successFalse', success: true, errors: [], model, when: 'after' },
			match: { entity: 'customer', action: 'create' },
		});
		const told = await sees('create lead', new RegExp(`not found by the ID ${String(other.id)}`));
		expect(at(told, 'report').message).toMatch(/Nothing stays/);
	});

	it('a lead that AlfaCRM confirms and has not: nothing else is tried, nobody else is touched', async () => {
		const other = office.readRecords('customer')[0];
		const model = { id: Number(other.id), name: MARK };
		school.sandbox.faults.add({
			...{ kind: 'successFalse', success: true, errors: [], model },
			match: { entity: 'customer', action: 'create' },
		});
		const told = await sees('create lead', /^AlfaCRM confirmed it, but does not show it/);
		expect(at(told, 'report').message).toMatch(/perhaps a lead named "n8n test/);
		expect(office.readWrites()).toEqual(['customer/create']);
	});
});

describe('a run that is interrupted', () => {
	const presets = ['lostAfter', 'status403', 'emptyItems', 'status500After', 'refused'] as const;
	const said = (told: readonly Told[], error?: { message: string; description?: string | null }) =>
		error === undefined ? at(told, 'report').message : `${error.message} ${error.description}`;
	/** Each thing that is left is named, if only as what may be there. */
	const assertNamed = (before: Snapshot, text: string) => {
		for (const { entity, id } of leftSince(before))
			expect(text).toMatch(new RegExp(`${KINDS[entity]} ${id}|perhaps a ${KINDS[entity]}`));
	};

	it('by any one call going wrong names all that is left', async () => {
		const before = school.sandbox.snapshot();
		await tryWrites();
		const calls = school.readCalls().length;
		expect(calls).toBeGreaterThan(40);
		for (let number = 1; number <= calls; number++) {
			school.sandbox.restore(before);
			school.sandbox.faults.failRequest(number, presets[number % presets.length]);
			const { json, error } = await office.runToEnd(form());
			assertNamed(before, said(json as Told[], error));
		}
	}, 120_000);

	it('by everything being denied from some call on names all that is left', async () => {
		const before = school.sandbox.snapshot();
		for (let number = 2; number <= 56; number += 3) {
			school.sandbox.restore(before);
			school.sandbox.faults.failRequest(number, 'status403', { times: Infinity });
			const { json, error } = await office.runToEnd(form());
			assertNamed(before, said(json as Told[], error));
		}
	}, 120_000);

	it('by a proxy that gives up, while AlfaCRM saves the lead a moment later: it is found and taken back', async () => {
		school.sandbox.faults.add({
			kind: 'status',
			status: 504,
			match: { entity: 'customer', action: 'create' },
		});
		const before = school.sandbox.snapshot();
		school.sandbox.onSend = ({ path, body }) => {
			if (path.endsWith('/customer/create')) setTimeout(() => office.addLead(body as IDataObject), 500);
		};
		const told = await tryWrites();
		expect(at(told, 'create lead')).toMatchObject({
			result: 'differs',
			message: expect.stringMatching(/^AlfaCRM did it without confirming it\. .*HTTP 504/) as string,
		});
		expect(wrong(told)).toHaveLength(1);
		expect(leftBy(before, at(told, 'report').message)).toEqual([]);
	});

	it.each(WRITES)('by cancelling it at %s names what stays', async (call) => {
		const before = school.sandbox.snapshot();
		const controller = new AbortController();
		school.sandbox.onSend = ({ path }) => {
			if (path.endsWith(`/${call}`)) controller.abort();
		};
		const { error, json } = await office.runToEnd(form(), { signal: controller.signal });
		expect(json).toEqual([]);
		if (error) assertNamed(before, said([], error));
	});

	it('by a login that fails sends nothing and is an error', async () => {
		school.sandbox.faults.add({ kind: 'status', status: 403, match: { entity: 'auth' }, times: Infinity });
		const error = await office.expectRefused(form({ options: { branchToCheck: '1' } }));
		expect(error.message).toMatch(/did not accept the login/);
		expect(office.readWrites()).toEqual([]);
	});

	it('asks for the branch where this user may list none', async () => {
		office.changeSettings({ forbiddenCalls: ['branch/index'] });
		const error = await office.expectRefused(form());
		expect(`${error.message} ${error.description}`).toMatch(/'Branch ID' is empty.*Nothing was saved/);
		expect(wrong(await tryWrites({ options: { branchToCheck: '1' } }))).toEqual([]);
	});
});
