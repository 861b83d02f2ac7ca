import type { INodeParameters } from 'n8n-workflow';

import { Engine } from './support/engine';
import { upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { countMostInOneSecond, useSchool } from './support/school';

/** The items of one execution: each by itself, and as many at once as AlfaCRM's distance and rate allow. */
const school = useSchool({ customers: 60 });
const { addLead, readCustomer, readRecords, run, changeSettings, runToEnd } = frontDeskOf(school);

const create: INodeParameters = {
	resource: 'customer',
	operation: 'create',
	branchId: '={{ $json.branch ?? 1 }}',
	name: '={{ $json.name }}',
	additionalFields: {},
};
const stored = (name: string) => readRecords('customer').filter((row) => row.name === name);

describe('an item', () => {
	const three = [
		{ branch: 1, name: 'Первый', note: 'a' },
		{ branch: 1, name: '', note: 'b' },
		{ branch: 2, name: 'Третий', note: 'c' },
	];

	it('gives its number to all that it fans out into', async () => {
		const list = { resource: 'subject', operation: 'getAll', branchId: 1, limit: 2 };
		const { items } = await runToEnd(list, { items: [{}, {}] });
		const numbers = items.map(({ pairedItem }) => (pairedItem as { item: number }).item);
		expect(numbers).toEqual([0, 0, 1, 1]);
	});

	it('that is bad goes to the error output with its input, and the others are done', async () => {
		const { items, errorItems } = await runToEnd(create, { items: three, onError: 'continueErrorOutput' });
		expect(items).toMatchObject([
			{ json: { name: 'Первый' }, pairedItem: { item: 0 } },
			{ json: { name: 'Третий' }, pairedItem: { item: 2 } },
		]);
		expect([stored('Первый'), stored('Третий')]).toMatchObject([
			[{ branch_ids: [1] }],
			[{ branch_ids: [2] }],
		]);
		const error = "'Name' is empty, but it is required";
		const message = expect.stringContaining('Nothing was sent') as string;
		expect(errorItems.map(({ json }) => json)).toMatchObject([{ note: 'b', error, message }]);
	});
});

describe('where AlfaCRM is far away', () => {
	// How far away an AlfaCRM is, the node remembers; that of the other tests is near.
	const far = useSchool({ customers: 0, settings: { latencyMs: 150 } });
	const { addLead, readRecords } = frontDeskOf(far);
	const underWay = () => Math.max(...far.sandbox.journal.map((entry) => entry.underWay));

	it('pages overlap once it is known how many there are, and none is asked for that a limit does not need', async () => {
		for (let count = 0; count < 130; count++) addLead({ name: `Солнечная Вера ${count}` });
		// A rate that takes three calls at once at that distance.
		const engine = new Engine({ ...far.credential, requestsPerSecond: 20 });
		const all: INodeParameters = {
			...{ resource: 'customer', operation: 'getAll', branchId: 1, returnAll: true },
			...{ is_study: 2, removed: 1, simplify: false },
		};
		const { json, hints } = await engine.run({ parameters: all });
		expect(new Set(json.map(({ id }) => id))).toEqual(new Set(readRecords('customer').map(({ id }) => id)));
		expect([json.length, hints]).toEqual([130, []]);
		expect(underWay()).toBeGreaterThan(1);
		expect(far.readJournal('customer/index')).toHaveLength(7);

		far.sandbox.clearJournal();
		const some = { ...all, returnAll: false, limit: 50 };
		expect((await engine.run({ parameters: some })).json).toHaveLength(50);
		expect(far.readJournal('customer/index')).toHaveLength(3);
	});
});

it('executions share the pace of 5 requests a second, and see no 429 where AlfaCRM allows 5', async () => {
	changeSettings({ rateLimit: 5 });
	const engine = new Engine({ ...school.credential, requestsPerSecond: 5 });
	const list = { resource: 'customer', operation: 'getAll', branchId: 2, limit: 30 };
	await Promise.all([1, 2, 3, 4].map(async () => await engine.run({ parameters: list })));
	expect(school.sandbox.journal.length).toBeGreaterThan(7);
	expect(countMostInOneSecond(school.sandbox.journal)).toBeLessThanOrEqual(5);
	expect(school.sandbox.journal.filter(({ status }) => status === 429)).toEqual([]);
});

describe('items that overlap', () => {
	const PHONE = '+7(900)111-22-33';
	const EMAIL = 'vera@school.example';
	/** The first item is done before the others begin, for then it is known how many may. */
	const FIRST = { phone: '+7(900)999-88-77', name: 'Первая Анна' };
	const atOnce = () => new Engine({ ...school.credential, callsAtOnce: 5 });
	const upsert = (fields: INodeParameters, options: INodeParameters = {}): INodeParameters => ({
		...upsertByPhoneForm('={{ $json.phone }}', fields, { searchBranches: [1], ...options }),
		matchBy: 'phoneOrEmail',
		email: '={{ $json.email }}',
	});
	beforeEach(() => changeSettings({ latencyMs: 15 }));

	it('about one record keep their order, also where one has to look up its branch first', async () => {
		for (const { id } of readRecords('branch').slice(1)) school.sandbox.store.remove('branch', Number(id));
		const id = addLead({ phone: [PHONE], name: 'Лунная Вера' });
		school.sandbox.faults.add({ kind: 'delay', ms: 100, match: { entity: 'branch', action: 'index' } });
		const json = await run(
			{ ...upsert({ note: '={{ $json.note }}', name: 'Вера' }), branchId: '={{ $json.branch }}' },
			{
				items: [
					{ ...FIRST, branch: 1, note: '' },
					{ phone: PHONE, branch: '', note: 'старое' },
					{ phone: PHONE, branch: 1, note: 'новое' },
				],
			},
		);
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'updated', 'updated']);
		expect(readCustomer(id)).toMatchObject({ note: 'новое' });
	});

	it('do not overwrite what the one before has saved though its answer was lost', async () => {
		const id = addLead({ phone: [PHONE], email: [EMAIL], web: ['a.example'] });
		school.sandbox.faults.add({ kind: 'reset', when: 'after', match: { bodyContains: 'b.example' } });
		const fields = { name: '={{ $json.name }}', web: '={{ [$json.web] }}' };
		const { json } = await atOnce().run({
			parameters: upsert(fields, { listMode: 'add' }),
			items: [
				{ ...FIRST, web: 'x.example' },
				{ phone: PHONE, email: '', web: 'b.example', name: 'Лунная Вера' },
				{ phone: '', email: EMAIL, web: 'c.example', name: 'Лунная Вера 2' },
			],
			onError: 'continueRegularOutput',
		});
		expect(json.map(({ error }) => typeof error)).toEqual(['undefined', 'string', 'undefined']);
		expect([...(readCustomer(id).web as string[])].sort()).toEqual(['a.example', 'b.example', 'c.example']);
	});

	it('and wait for one that fails send nothing afterwards', async () => {
		const match = { entity: 'customer', action: 'create', bodyContains: 'Вера 1' };
		school.sandbox.faults.add({ kind: 'reset', match });
		const { error } = await atOnce().run({
			parameters: upsert({ name: '={{ $json.name }}' }),
			items: [FIRST, ...[1, 2, 3, 4, 5, 6].map((one) => ({ phone: PHONE, name: `Вера ${one}` }))],
		});
		expect(stored(FIRST.name)).toHaveLength(1);
		expect(school.readJournal('customer/create')).toHaveLength(2);
		expect(error).toMatchObject({ context: { itemIndex: 1 } });
		expect(error?.description).toMatch(/may have carried it out .* Carried out: item 0\.$/);
	});

	it('and fail in different ways: the error tells of each what is true of it', async () => {
		school.sandbox.faults.add({ kind: 'successFalse', match: { bodyContains: 'Вера 3' } });
		school.sandbox.faults.add({ kind: 'status', when: 'after', match: { bodyContains: 'Вера 4' } });
		const items = Array.from({ length: 8 }, (_, index) => ({ name: `Вера ${index}` }));
		const { error } = await atOnce().run({ parameters: create, items });
		expect(stored('Вера 4')).toHaveLength(1);
		expect(error).toMatchObject({ context: { itemIndex: 3 } });
		expect(error?.description).toMatch(/Of this item nothing was saved\. Carried out: items 0 to 2/);
		expect(error?.description).toMatch(/Item 4 failed as well: .*may have carried it out all the same/);
	});
});
