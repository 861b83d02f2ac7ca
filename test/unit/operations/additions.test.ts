import type { IDataObject } from 'n8n-workflow';

import { formOf, SmallSchool } from './school';

let school: SmallSchool;
let customer: number;
beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z'), advanceTimers: true });
	school = new SmallSchool();
	for (const path of ['pay-account', 'pay-item', 'location']) school.add(path, { name: 'A' });
	school.add('user', { name: 'A', email: 'api@school.example' });
	for (const id of [1, 2]) school.add('tariff', { id, name: 'A', type: 1, price: '1000.00' });
	customer = school.lead({ name: 'Орлова Мия', legal_name: ' Орлов Иван ' });
});
afterEach(() => jest.useRealTimers());

const job = (operation: string, more: IDataObject, id = customer) => formOf(operation, { id, ...more });

describe('a payment', () => {
	const pay = (additionalFields: IDataObject = {}, more: IDataObject = {}) =>
		job('takePayment', { income: 500, pay_account_id: 1, additionalFields, ...more });

	it('is taken with all that the form says of it, and what is usual', async () => {
		const { json } = await school.done(pay({ note: 'x' }));
		const body = {
			customer_id: customer,
			income: 500,
			pay_account_id: 1,
			branch_id: 1,
			document_date: '10.02.2026',
			note: 'x',
			pay_type_id: 1,
			payer_name: 'Орлов Иван',
		};
		expect(school.sent.at(-1)?.body).toEqual(body);
		expect(json).toMatchObject([{ operationResult: 'created', income: '500.00', id: 1 }]);
		expect([...(json[0].changedFields as string[])].sort()).toEqual(Object.keys(body).sort());
	});

	it('is taken once, confirmed or not, whatever its spelling', async () => {
		const again = [pay(), pay({ is_confirmed: true }), pay({}, { income: '500.0010' })];
		expect(await school.results(pay(), ...again)).toBe('created, unchanged, unchanged, unchanged');
		expect(school.rows('pay')).toHaveLength(1);
	});

	it.each<[string, IDataObject, IDataObject]>([
		['another sum', {}, { income: 501 }],
		['another day', { document_date: '2026-02-09' }, {}],
		['another note', { note: 'x' }, {}],
		['another branch', { branch_id: 2 }, {}],
		['another type', { pay_type_id: 2 }, {}],
		['somebody else', {}, { id: 2 }],
	])('of %s is another one', async (_what, additionalFields, more) => {
		school.lead();
		expect(await school.results(pay(), pay(additionalFields, more))).toBe('created, created');
	});

	it('is taken again where that is wanted, without a look', async () => {
		expect(await school.results(pay(), pay({}, { skipIfThere: false }))).toBe('created, created');
		expect(school.calls.slice(-2)).toEqual(['customer/index', 'pay/create']);
	});

	it('is looked for among those of the customer and of its type, in the branch that it is for', async () => {
		await school.done(pay({ branch_id: 2, pay_type_id: 3 }));
		const looks = school.sent.filter(({ url }) => url.includes('/pay/index'));
		expect(looks.map(({ url }) => /v2api\/(\d)/.exec(url)?.[1])).toEqual(['1', '2']);
		for (const { body } of looks) expect(body).toMatchObject({ customer_id: customer, pay_type_id: 3 });
	});

	it('has the payer that is given, or as much of the name as AlfaCRM takes', async () => {
		await school.done(pay({ payer_name: 'Бабушка' }));
		expect(school.sent.at(-1)?.body.payer_name).toBe('Бабушка');
		const long = `${'ы'.repeat(48)} ${'я'.repeat(9)}`;
		for (const [row, name] of [
			[{ name: 'Мия', legal_name: '' }, 'Мия'],
			[{ name: long, legal_name: null }, `${'ы'.repeat(48)}…`],
			[{ name: `${'ы'.repeat(49)} я`, legal_name: null }, `${'ы'.repeat(49)}…`],
			[{ name: 'ы'.repeat(50), legal_name: null }, 'ы'.repeat(50)],
			[{ name: '', legal_name: '' }, undefined],
		] as const) {
			await school.run({ ...pay(), id: school.lead(row) });
			expect(school.sent.at(-1)?.body.payer_name).toBe(name);
		}
	});

	it('is the same where AlfaCRM does not show all of it, but not where it does not show whose it is', async () => {
		await school.done(pay({ note: 'x' }));
		const lists = (...hidden: string[]) => {
			const shown = Object.entries(school.row('pay', 1)).filter(([name]) => !hidden.includes(name));
			school.onCall = (call, { body }) =>
				call === 'pay/index'
					? { items: body.page === 0 ? [Object.fromEntries(shown)] : [], total: 1 }
					: undefined;
		};
		lists('note');
		expect(await school.results(pay({ note: 'x' }))).toBe('unchanged');
		lists('customer_id');
		expect(await school.results(pay({ note: 'x' }))).toBe('created');
	});

	it('is not taken where the list does not come whole', async () => {
		school.onCall = (call, request) => (call === 'pay/index' ? school.restless(request) : undefined);
		expect(await school.stopped(pay())).toMatchObject({
			message: "AlfaCRM's list of payments did not come whole, so it is not sure that this payment is new",
			description: 'Run it again. Nothing was saved.',
		});
	});
});

describe('a subscription', () => {
	const sell = (additionalFields: IDataObject = {}, tariff_id = 1) =>
		job('sellSubscription', { tariff_id, additionalFields });

	it('is sold once, whatever became of its balance', async () => {
		expect(await school.results(sell({ balance: 100 }), sell({ balance: 50 }), sell(), sell({}, 2))).toBe(
			'created, unchanged, unchanged, created',
		);
		expect(school.sent.find(({ url }) => url.endsWith('/create'))).toMatchObject({
			query: { customer_id: customer },
			body: { customer_id: customer, tariff_id: 1, b_date: '10.02.2026', balance: 100 },
		});
	});

	it('that shows nothing where a switch is off is the same with it off', async () => {
		expect(await school.results(sell({ is_separate_balance: false }))).toBe('created');
		school.store.patch('customer-tariff', 1, { is_separate_balance: null } as never);
		expect(
			await school.results(sell({ is_separate_balance: false }), sell({ is_separate_balance: true })),
		).toBe('unchanged, created');
	});
});

describe('a comment', () => {
	const comment = (text: string) => job('addComment', { comment: text });

	const since = (added: string | null) => school.store.patch('communication', 1, { added });

	it('is the same for ten minutes; one whose time cannot be read may be new', async () => {
		expect(await school.results(comment('Да'), comment('Да'), comment('Нет'))).toBe(
			'created, unchanged, created',
		);
		// In the school it is noon.
		for (const time of ['2026-02-10 11:50:01', null, 'вчера']) {
			since(time);
			expect(await school.results(comment('Да'))).toBe('unchanged');
		}
		for (const time of ['2026-02-10 11:49:00', '2026-02-10 19:00:00', '2026-02-09 12:00:00']) {
			since(time);
			expect(await school.results(comment('Да'))).toBe('created');
			school.store.remove('communication', Number(school.rows('communication').at(-1)?.id));
		}
	});

	it('is the same for as long as that is chosen', async () => {
		await school.results(comment('Да'));
		since('2026-02-10 10:30:00');
		const within = (sameWithin: number) => ({ ...comment('Да'), sameWithin });
		expect(await school.results(within(120), within(60))).toBe('unchanged, created');
	});

	it('that was there has a hint, and so has anything else that is not added', async () => {
		await school.done(comment('Да'));
		expect((await school.done(comment('Да'))).hints).toEqual([
			'It already exists, so it was not added again: communication 1 of 2026-02-10 12:00:00',
		]);
		const task = job('createTask', { title: 'Перезвонить' });
		expect((await school.done(task)).hints).toEqual([]);
		expect((await school.done(task)).hints).toEqual(['It already exists, so it was not added again: task 1']);
	});
});

describe('a task', () => {
	const task = (additionalFields: IDataObject = {}, id = customer) =>
		job('createTask', { title: 'Перезвонить', additionalFields }, id);

	it('is given once while it is not done', async () => {
		expect(await school.results(task(), task())).toBe('created, unchanged');
		expect(school.sent.at(-1)?.body).toMatchObject({ due_date_is_null: true });
		for (const done of [{ is_done: 1 }, { is_done: 0, is_archive: 1 }]) {
			school.store.patch('task', 1, done as never);
			expect(await school.results({ ...task(), skipIfThere: true })).not.toBe('unchanged');
			for (const { id } of school.rows('task')) if (Number(id) > 1) school.store.remove('task', Number(id));
		}
	});

	it('with another day is another one, and is looked for by its day', async () => {
		const due = { due_date: '2026-02-11' };
		expect(await school.results(task(due), task(due), task(), task({ due_date: '2026-02-12' }))).toBe(
			'created, unchanged, created, created',
		);
		const look = school.sent.find(({ url }) => url.endsWith('/task/index'));
		expect(look?.body).toMatchObject({ due_date_from: '11.02.2026', due_date_to: '11.02.2026' });
		expect(look?.body).not.toHaveProperty('due_date_is_null');
	});

	it('without a day is not one that has a day, should AlfaCRM ignore the filter', async () => {
		school.settings.ignoredFilters.push('task.due_date_is_null');
		expect(await school.results(task({ due_date: '2026-02-11' }), task(), task())).toBe(
			'created, created, unchanged',
		);
	});

	it('about several customers is that of each', async () => {
		const other = school.lead();
		const nobody = school.lead();
		await school.done(task());
		school.store.patch('task', 1, { customer_ids: [other, customer] } as never);
		expect(await school.results(task(), task({}, other), task({}, nobody))).toBe(
			'unchanged, unchanged, created',
		);
	});

	it('is looked for once for all items', async () => {
		const { json } = await school.run(task(), { items: [{}, {}, {}], credential: { callsAtOnce: 1 } });
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged', 'unchanged']);
		expect(school.calls.filter((call) => call === 'task/index')).toHaveLength(1);
	});
});

it.each<[string, string, IDataObject]>([
	['payment', 'pay', job('takePayment', { income: 500, pay_account_id: 1 })],
	['subscription', 'customer-tariff', job('sellSubscription', { tariff_id: 1 })],
	['comment', 'communication', job('addComment', { comment: 'Просил позвонить' })],
	['task', 'task', job('createTask', { title: 'Перезвонить' })],
])('a %s that an item before has added is known, should the list be late', async (_what, path, one) => {
	school.onCall = (call) => (call === `${path}/index` ? { items: [], total: 0 } : undefined);
	const { json } = await school.done({ ...one, id: customer }, { items: [{}, {}] });
	expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged']);
});

it('teachers are assigned only where that changes something', async () => {
	const teachers = (ids: string, more: IDataObject = {}) =>
		job('assignTeachers', { teacher_ids: ids, ...more });
	const forms = ['1', '1', '2', '1, 2'].map((ids) => teachers(ids));
	expect(await school.results(...forms)).toBe('updated, unchanged, updated, unchanged');
	expect(school.row('customer', customer).teacher_ids).toEqual([1, 2]);
	expect(await school.results(teachers('2', { listMode: 'replace' }))).toBe('updated');
	expect(school.row('customer', customer).teacher_ids).toEqual([2]);
});

describe('a text that is longer than AlfaCRM takes', () => {
	const LONG = 'ы'.repeat(3_000);
	const record = (resource: string, operation: string, more: IDataObject) =>
		formOf(operation, { resource, ...more });
	const payment = {
		...{ customer_id: 1, income: 5, pay_account_id: 1, pay_type_id: 1, document_date: '2026-02-10' },
		additionalFields: { payer_name: LONG },
	};

	const byName = { matchBy: 'phoneAndName', phone: '8 900 555 00 01' };

	it.each<[what: string, label: string, longest: number, form: () => IDataObject]>([
		['Customer → Create', 'Name', 50, () => formOf('create', { name: LONG, is_study: 0 })],
		['Create or Update, by name', 'Name', 50, () => formOf('upsert', { ...byName, name: LONG })],
		['Customer → Update', 'Payer Name', 50, () => job('update', { updateFields: { legal_name: LONG } })],
		[
			'Group → Create or Update',
			'Note',
			255,
			() => record('group', 'upsert', { matchBy: 'name', name: 'А', fieldsToSet: { note: LONG } }),
		],
		['Payment → Create', 'Payer Name', 50, () => record('pay', 'create', payment)],
		['Take Payment', 'Payer Name', 50, () => job('takePayment', payment)],
		['Add Comment', 'Comment', 2048, () => job('addComment', { comment: LONG })],
		[
			'Communication → Create',
			'Comment',
			2048,
			() =>
				record('communication', 'create', { related_id: 1, class: 'Customer', comment: LONG, type_id: 1 }),
		],
	])('is refused by %s, or shortened where that is wanted: %s to %d', async (_what, label, longest, form) => {
		expect(await school.refused(form())).toMatchObject({
			message: `'${label}' has 3000 characters; AlfaCRM accepts at most ${longest}`,
			description: expect.stringContaining("turn on 'Shorten Long Texts' in 'Options'") as string,
		});
		const { hints } = await school.done({ ...form(), options: { shortenTexts: true } });
		const [written] = school.sent.filter(({ url }) => /\/(create|update)$/.test(url)).slice(-1);
		expect(Object.values(written.body)).toContain(`${'ы'.repeat(longest - 1)}…`);
		expect(hints).toContain(
			`Texts that are longer than AlfaCRM takes were shortened: '${label}' to ${longest} characters`,
		);
	});

	it('is the same comment when it is shortened again', async () => {
		const comment = job('addComment', { comment: LONG, options: { shortenTexts: true } });
		for (const operationResult of ['created', 'unchanged'])
			expect((await school.done(comment)).json).toMatchObject([{ operationResult }]);
	});

	it('is refused by a correction, which has no such option', async () => {
		const { error } = await school.run(record('pay', 'createCorrection', payment));
		expect(error?.description).toBe('Shorten it. Nothing was sent to AlfaCRM.');
	});
});
