import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { upsertByPhoneForm, findByPhoneForm, customerForm, PHONE, SmallSchool } from './school';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));
afterEach(() => jest.useRealTimers());

/** The last day of who was not archived. */
const OPEN_END = '2030-12-31';
const GONE = { removed: 1, e_date: '2024-01-01' };
const act = (operation: string, id: number, resource = 'customer') =>
	customerForm(operation, { resource, id });
const foundBy = async (form: IDataObject) => (await school.run(form)).json.map(({ id }) => id);
/** Lists of archived records that show another one at each reading. */
const restlessArchive = () => {
	school.onCall = (call, request) =>
		call === 'customer/index' && request.body.removed === 2
			? school.answerWithUnstableList(request)
			: undefined;
};

describe('Archive and Restore', () => {
	it('take a record once, and give it back once', async () => {
		const id = school.addLead({ e_date: OPEN_END });
		const jobs = ['archive', 'archive', 'unarchive', 'unarchive'].map((operation) => act(operation, id));
		const [first] = (await school.run(jobs[0])).json;
		expect(first).toMatchObject({ operationResult: 'updated', changedFields: ['removed'] });
		expect(await school.runInTurn(...jobs.slice(1))).toBe('unchanged, updated, unchanged');
		const sent = school.requests.filter(({ url }) => url.endsWith('/update'));
		expect(sent.map(({ body }) => body.removed)).toEqual([1, 0]);
	});

	it.each([
		['archive', {}, 'active still. Archive'],
		['unarchive', GONE, 'archived still. Restore'],
	])('say so where AlfaCRM only seems to take it: %s', async (operation, row, shown) => {
		school.settings.removedWrite = 'ignored';
		const id = school.addLead({ e_date: OPEN_END, ...row });
		expect((await school.run(act(operation, id))).hints).toEqual([
			`AlfaCRM took the change, but shows a customer as ${shown} it there by hand: customer ${id}`,
		]);
	});

	it('have made the change also where AlfaCRM cannot be asked afterwards, and say so', async () => {
		const id = school.addRecord('group', { name: 'A', branch_ids: [1] });
		school.onCall = (call) => {
			if (call === 'group/index' && school.readWrites().length > 0) throw makeAnswerError(403);
			return undefined;
		};
		const { error } = await school.runToEnd(act('archive', id, 'group'));
		expect(error?.description).toContain(`Saved before: update group ${id}.`);
		expect(school.readRecord('group', id).removed).toBe(1);
	});

	it.each([
		[null, OPEN_END, false],
		[0, '2024-01-01', false],
		[null, '2024-01-01', true],
	])(
		'ask the archive only where the row does not tell: flag %j, last day %s',
		async (removed, e_date, asks) => {
			const id = school.addLead({ e_date });
			school.onCall = (call, { body }) => {
				if (call !== 'customer/index' || body.removed === 2) return undefined;
				return { items: [{ ...school.readRecord('customer', id), removed }], total: 1 };
			};
			await school.runToEnd(act('unarchive', id));
			expect(school.requests.some(({ body }) => body.removed === 2)).toBe(asks);
		},
	);

	it('take nothing for done that a list of the archive would have to tell', async () => {
		const id = school.addLead({ ...GONE, removed: undefined });
		restlessArchive();
		expect((await school.expectRefused(act('unarchive', id))).message).toContain(
			"AlfaCRM's list of archived customers did not come whole",
		);
	});
});

it('the archive is not asked by what changes nothing of it', async () => {
	const id = school.addLead();
	await school.run(customerForm('upsert', { id, matchBy: 'id', fieldsToSet: { note: 'x' } }));
	expect(school.calls.filter((call) => call === 'customer/index').length).toBeLessThanOrEqual(3);
});

describe('an archived match of Create or Update', () => {
	const HINT =
		"Archived customers were changed and stay in the archive; 'Restore' brings them back: customer ";

	it.each<[string | undefined, string, string[]]>([
		[undefined, 'updated', ['note']],
		['update', 'updated', ['note']],
		['restore', 'updated', ['removed', 'note']],
		['skip', 'skipped', []],
	])('is treated as chosen: %s', async (ifArchived, operationResult, changedFields) => {
		const id = school.addLead({ phone: [PHONE], note: 'a', ...GONE });
		const { json, hints } = await school.run(
			upsertByPhoneForm({ note: 'b' }, ifArchived ? { ifArchived } : {}),
		);
		expect(json).toMatchObject([{ id, operationResult, changedFields }]);
		expect(school.readWrites()).toHaveLength(Math.min(changedFields.length, 1));
		const isLeft = operationResult === 'updated' && ifArchived !== 'restore';
		expect(hints).toEqual(isLeft ? [`${HINT}${id}`] : []);
	});

	it.each([
		[upsertByPhoneForm({ note: 'b' }), 'Run it again. Nothing was saved.'],
		[findByPhoneForm(), 'Run it again.'],
	])('that nobody knows to be one is an error, of Find too', async (form, description) => {
		const id = school.addLead({ phone: [PHONE], note: 'a', e_date: '2100-01-01' });
		restlessArchive();
		expect(await school.expectRefused(form)).toMatchObject({
			message: `AlfaCRM's list of archived customers did not come whole, so it is not sure whether customer ${id} is archived`,
			description,
		});
	});

	it('that nobody knows to be one lets no other one be chosen', async () => {
		const id = school.addLead({ phone: [PHONE], e_date: '2100-01-01' });
		school.addLead({ phone: [PHONE], e_date: OPEN_END });
		restlessArchive();
		const { message } = await school.expectRefused(upsertByPhoneForm({ note: 'b' }, { ifSeveral: 'newest' }));
		expect(message).toContain(`whether customer ${id} is archived`);
	});
});

it('Find leaves archived ones out where they are not wanted, and does not say that there is nobody at all', async () => {
	const id = school.addLead({ phone: [PHONE], ...GONE });
	expect(await foundBy(findByPhoneForm())).toEqual([id]);
	expect(await foundBy(findByPhoneForm({ archived: false }))).toEqual([]);
	const { error } = await school.runToEnd(findByPhoneForm({ archived: false, ifNone: 'refuse' }));
	expect(error?.message).toBe(
		'AlfaCRM has no active customer with this phone in the branches that could be searched',
	);
});

/** n8n runs in Moscow. */
describe('where the school and n8n are not on the same day', () => {
	const clocks = (timeZone: string, now = '2026-02-10T18:00:00Z') => {
		jest.useFakeTimers({ now: new Date(now), advanceTimers: true });
		school.settings.timeZone = timeZone;
	};
	const SCHOOL_DAY = '2026-02-11';
	const archivedToday = () => school.addLead({ phone: [PHONE], e_date: SCHOOL_DAY, note: 'a' });

	it.each<[string, string, IDataObject]>([
		['restore', 'updated', { note: 'b', e_date: OPEN_END }],
		['skip', 'skipped', { note: 'a', e_date: SCHOOL_DAY }],
		['create', 'created', { note: 'a', e_date: SCHOOL_DAY }],
	])('who was archived today in the school is archived: %s', async (ifArchived, result, row) => {
		clocks('Asia/Vladivostok');
		const id = archivedToday();
		expect(await school.runInTurn(upsertByPhoneForm({ name: 'Мия', note: 'b' }, { ifArchived }))).toBe(
			result,
		);
		expect(school.readRecord('customer', id)).toMatchObject(row);
	});

	it('who was archived today comes last, is no second match, and is not archived again', async () => {
		clocks('Asia/Vladivostok');
		const id = archivedToday();
		const [other, newest] = [school.addLead({ phone: [PHONE] }), archivedToday()];
		expect(await foundBy(findByPhoneForm({ archived: false }))).toEqual([other]);
		expect(await foundBy(findByPhoneForm({ ifSeveral: 'all' }))).toEqual([other, newest, id]);
		expect((await school.run(upsertByPhoneForm({ note: 'b' }))).json).toMatchObject([{ id: other }]);
		const jobs = ['archive', 'unarchive', 'unarchive'].map((operation) => act(operation, id));
		expect(await school.runInTurn(...jobs)).toBe('unchanged, updated, unchanged');
		// And archived again, which the answer shows as a day that n8n has not reached.
		const { json, hints } = await school.run(act('archive', id));
		expect([json[0].operationResult, hints]).toEqual(['updated', []]);
		expect(school.readRecord('customer', id).e_date).toBe(SCHOOL_DAY);
	});

	it('who will leave tomorrow as the school counts is active', async () => {
		clocks('America/New_York', '2026-02-10T22:00:00Z');
		const id = school.addLead({ phone: [PHONE], e_date: SCHOOL_DAY });
		expect(await school.runInTurn(upsertByPhoneForm({ note: 'b' }, { ifArchived: 'create' }))).toBe(
			'updated',
		);
		expect(await foundBy(findByPhoneForm({ archived: false }))).toEqual([id]);
	});
});

it('the day that means "not archived" means it after that day too', async () => {
	jest.useFakeTimers({ now: new Date('2031-05-01T09:00:00Z'), advanceTimers: true });
	const id = school.addLead({ phone: [PHONE] });
	for (const ifArchived of ['create', 'skip', 'restore'])
		expect((await school.run(upsertByPhoneForm({ note: ifArchived }, { ifArchived }))).json).toMatchObject([
			{ id, operationResult: 'updated', changedFields: ['note'] },
		]);
	expect(await foundBy(findByPhoneForm({ archived: false }))).toEqual([id]);
	const { json, hints } = await school.run(act('unarchive', id));
	const hint = `Nothing of this customer had to be changed: customer ${id}`;
	expect([json[0].operationResult, hints]).toEqual(['unchanged', [hint]]);
});

describe.each([[[]], [['group.removed']]])('a group, where rows show %j', (shownFields) => {
	beforeEach(() => (school.settings.shownFields = shownFields));
	// That its last day has come is no archive.
	const group = (removed: 0 | 1) =>
		school.addRecord('group', { name: 'Шахматы Сб', branch_ids: [1], removed, e_date: '2025-05-31' });

	it('that is archived is unarchived once, and archived once', async () => {
		const id = group(1);
		const jobs = ['unarchive', 'unarchive', 'archive', 'archive'].map((one) => act(one, id, 'group'));
		expect(await school.runInTurn(...jobs)).toBe('updated, unchanged, updated, unchanged');
		expect(school.readRecord('group', id).removed).toBe(1);
		expect(school.readWrites()).toEqual(['group/update', 'group/update']);
	});
});

describe('Reject Lead', () => {
	const reject = (id: number, removed: unknown) =>
		customerForm('reject', { id, lead_reject_id: 1, additionalFields: { removed } as IDataObject });
	const lastBody = () => school.requests.filter(({ url }) => url.endsWith('/update')).at(-1)?.body;

	it('saves the reason once, and archives only where that is wanted', async () => {
		const id = school.addLead();
		expect(await school.runInTurn(reject(id, false), reject(id, false))).toBe('updated, unchanged');
		expect(await school.runInTurn(reject(id, 'true'), reject(id, true))).toBe('updated, unchanged');
		expect(lastBody()).toEqual({ removed: 1 });
	});

	it.each([false, 0, 'false', '0'])('with Archive Too = %j takes nobody out of the archive', async (no) => {
		const id = school.addLead(GONE);
		expect(await school.runInTurn(reject(id, no))).toBe('updated');
		expect(lastBody()).toEqual({ lead_reject_id: 1 });
		expect(school.readRecord('customer', id).e_date).toBe(GONE.e_date);
	});

	it('refuses a client', async () => {
		const client = school.addLead({ is_study: 1 });
		expect((await school.runToEnd(reject(client, false))).error).toMatchObject({
			message: `Customer ${client} is a client, not a lead`,
			description: 'Nothing was saved.',
		});
	});
});
