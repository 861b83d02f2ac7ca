import type { IDataObject } from 'n8n-workflow';

import { customerForm, SmallSchool } from './school';

let school: SmallSchool;
let customer: number;
beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z'), advanceTimers: true });
	school = new SmallSchool();
	for (const path of ['pay-account', 'pay-item', 'location']) school.addRecord(path, { name: 'A' });
	school.addRecord('user', { name: 'A', email: 'api@school.example' });
	for (const id of [1, 2]) school.addRecord('tariff', { id, name: 'A', type: 1, price: '1000.00' });
	customer = school.addLead({ name: 'Орлова Мия', legal_name: ' Орлов Иван ' });
});
afterEach(() => jest.useRealTimers());

const job = (operation: string, more: IDataObject, id = customer) => customerForm(operation, { id, ...more });
const pay = (additionalFields: IDataObject = {}, more: IDataObject = {}) =>
	job('takePayment', { income: 500, pay_account_id: 1, additionalFields, ...more });
/** A record by its own Create, or another operation of its own. */
const record = (resource: string, operation: string, more: IDataObject) =>
	customerForm(operation, { resource, ...more });
const PAYMENT = { document_date: '2026-02-10', pay_account_id: 1, pay_type_id: 1 };

const ADDITIONS: Array<[path: string, operation: string, fields: IDataObject, other: IDataObject]> = [
	['pay', 'takePayment', { income: 500, pay_account_id: 1 }, { income: 501 }],
	['customer-tariff', 'sellSubscription', { tariff_id: 1 }, { tariff_id: 2 }],
	['communication', 'addComment', { comment: 'Просил позвонить' }, { comment: 'Не просил' }],
	['task', 'createTask', { title: 'Перезвонить' }, { title: 'Написать' }],
];

describe.each(ADDITIONS)('a %s by %s', (path, operation, fields, other) => {
	const one = (more: IDataObject = {}) => job(operation, { ...fields, ...more });

	it('is added once, and again for somebody else, with another value or if that is chosen', async () => {
		const somebody = school.addLead();
		expect(await school.runInTurn(one(), one({ skipIfThere: '1' }))).toBe('created, unchanged');
		const others = [{ id: somebody }, other, { skipIfThere: false }];
		expect(await school.runInTurn(...others.map(one))).toBe('created, created, created');
		expect(school.readRecords(path)).toHaveLength(4);
	});
});

it.each([null, undefined, '', 'yes', [], 2])(
	'Skip If It Already Exists cannot be %j',
	async (skipIfThere) => {
		const { message } = await school.expectRefusedUnsent(pay({}, { skipIfThere } as IDataObject));
		expect(message).toContain("'Skip If It Already Exists'");
	},
);

describe('a sum', () => {
	const correction = (more: IDataObject) =>
		record('pay', 'createCorrection', { ...PAYMENT, customer_id: customer, ...more });

	it.each<[string, () => IDataObject]>([
		...[0, '0.00', '-500', 0.004, 1e21, 'много'].map((income): [string, () => IDataObject] => [
			`${income} taken`,
			() => pay({}, { income }),
		]),
		['0 as a correction', () => correction({ income: 0 })],
		['none taken', () => job('takePayment', { pay_account_id: 1 })],
		['0 in an update', () => record('pay', 'update', { id: 1, updateFields: { income: 0 } })],
		['-50 as a bonus', () => job('changeBonus', { change: 'bonus-add', amount: -50, note: 'Подарок' })],
		['0.004 of a bonus', () => job('changeBonus', { change: 'bonus-spend', amount: 0.004, note: 'Подарок' })],
	])('that is no payment is refused: %s', async (_what, form) => {
		expect((await school.expectRefusedUnsent(form())).message).toContain("'Amount'");
	});

	it('may be negative in an update, as corrections are', async () => {
		const id = school.addRecord('pay', { customer_id: customer, branch_id: 1, income: '100.00' });
		await school.run(record('pay', 'update', { id, updateFields: { income: -500 } }));
		expect(Number(school.readRecord('pay', id).income)).toBe(-500);
	});

	it('that was computed is taken once, and sent as the money that is meant', async () => {
		const forms = [1290.9 * 3, 1290.9 * 3, '3872.70'].map((income) => pay({}, { income }));
		expect(await school.runInTurn(...forms)).toBe('created, unchanged, unchanged');
		expect(school.readRecords('pay')).toMatchObject([{ income: '3872.70' }]);
		expect(school.readRequests('pay/create')[0].body.income).toBe(3872.7);
	});
});

describe('a payment', () => {
	it('is taken with all that the form says of it, and what is usual', async () => {
		const { json } = await school.run(pay({ note: 'x' }));
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
		expect(school.requests.at(-1)?.body).toEqual(body);
		expect(json).toMatchObject([{ operationResult: 'created', income: '500.00', id: 1 }]);
		expect([...(json[0].changedFields as string[])].sort()).toEqual(Object.keys(body).sort());
	});

	it('is taken once, confirmed or not, whatever its spelling and whoever has booked it', async () => {
		const by = { customer_id: customer, branch_id: 1, pay_type_id: 1, pay_account_id: 1, payer_name: 'Мама' };
		const id = school.addRecord('pay', { ...by, document_date: '10.02.2026', income: '500.00' });
		const again = [pay(), pay({ is_confirmed: true }), pay({}, { income: '500.0010' })];
		for (const is_confirmed of [1, 0]) {
			school.changeRecord('pay', id, { is_confirmed });
			expect(await school.runInTurn(...again)).toBe('unchanged, unchanged, unchanged');
			expect(school.readRecords('pay')).toMatchObject([{ is_confirmed, payer_name: 'Мама' }]);
		}
	});

	it('is taken once where two are asked for at the same moment, or where the list shows incomes only', async () => {
		const both = await Promise.all([school.run(pay()), school.run(pay())]);
		expect(both.map(({ json }) => json[0].operationResult).sort()).toEqual(['created', 'unchanged']);
		school.settings.payDefault = 'income';
		const prize = pay({ pay_type_id: 6 });
		expect(await school.runInTurn(prize, prize)).toBe('created, unchanged');
		school.settings.refundSum = 'expenditure';
		const refund = pay({ pay_type_id: 2 });
		expect(await school.runInTurn(refund, refund)).toBe('created, unchanged');
	});

	it('of another sum is another one, where rows show no expenditure too', async () => {
		school.onCall = (call) => {
			if (call !== 'pay/index') return undefined;
			const items = school.readRecords('pay').map((row) => ({ ...row, expenditure: undefined }));
			return { items, total: items.length };
		};
		const [some, more] = [500, 700].map((income) => pay({}, { income }));
		expect(await school.runInTurn(some, some, more)).toBe('created, unchanged, created');
		expect(school.readRecords('pay')).toMatchObject([{ income: '500.00' }, { income: '700.00' }]);
	});

	it.each<[string, IDataObject, IDataObject]>([
		['another payer', { payer_name: 'Дедушка' }, {}],
		['another item', { pay_item_id: 1 }, {}],
		['another location', { location_id: 1 }, {}],
		['another day', { document_date: '2026-02-09' }, {}],
		['another note', { note: 'x' }, {}],
		['another branch', { branch_id: 2 }, {}],
		['another type', { pay_type_id: 2 }, {}],
	])('of %s is another one, once', async (_what, additionalFields, more) => {
		const other = pay(additionalFields, more);
		expect(await school.runInTurn(pay(), other, other)).toBe('created, created, unchanged');
	});

	it('is taken again where that is wanted, without a look', async () => {
		expect(await school.runInTurn(pay(), pay({}, { skipIfThere: false }))).toBe('created, created');
		expect(school.calls.slice(-2)).toEqual(['customer/index', 'pay/create']);
	});

	it('is looked for among those of the customer and of its type, in the branch that it is for', async () => {
		await school.run(pay({ branch_id: 2, pay_type_id: 3 }));
		const looks = school.requests.filter(({ url }) => url.includes('/pay/index'));
		expect(looks.map(({ url }) => /v2api\/(\d)/.exec(url)?.[1])).toEqual(['1', '2']);
		for (const { body } of looks) expect(body).toMatchObject({ customer_id: customer, pay_type_id: 3 });
	});

	const long = `${'ы'.repeat(48)} ${'я'.repeat(9)}`;
	it.each<[IDataObject, string | undefined]>([
		[{ name: 'Мия', legal_name: '' }, 'Мия'],
		[{ name: 'Мия', legal_name: 'Анна', e_date: '2020-01-31' }, 'Анна'],
		[{ name: long, legal_name: null }, `${'ы'.repeat(48)}…`],
		[{ name: `${'ы'.repeat(49)} я`, legal_name: null }, `${'ы'.repeat(49)}…`],
		[{ name: 'ы'.repeat(50), legal_name: null }, 'ы'.repeat(50)],
		[{ name: '', legal_name: '' }, undefined],
	])('of %j has the payer %j, or the one that is given, in any way', async (row, name) => {
		const [id, payer_name] = [school.addLead(row), 'Бабушка'];
		const create = { ...PAYMENT, customer_id: id, income: 5 };
		for (const form of [
			job('takePayment', { income: 5, pay_account_id: 1 }, id),
			record('pay', 'createCorrection', create),
		]) {
			await school.runToEnd(form);
			expect(school.requests.at(-1)?.body.payer_name).toBe(name);
			await school.run({ ...form, additionalFields: { payer_name } });
			expect(school.requests.at(-1)?.body).toMatchObject({ payer_name });
		}
		if (name !== undefined) return;
		school.settings.forbiddenCalls = ['customer/index'];
		expect((await school.runToEnd(record('pay', 'createCorrection', create))).error?.message).toContain(
			'Payer Name',
		);
	});

	it('is the same where AlfaCRM does not show all of it, but not where it does not show whose it is', async () => {
		await school.run(pay({ note: 'x' }));
		const lists = (...hidden: string[]) => {
			const shown = Object.entries(school.readRecord('pay', 1)).filter(([name]) => !hidden.includes(name));
			school.onCall = (call, { body }) =>
				call === 'pay/index'
					? { items: body.page === 0 ? [Object.fromEntries(shown)] : [], total: 1 }
					: undefined;
		};
		lists('note');
		expect(await school.runInTurn(pay({ note: 'x' }))).toBe('unchanged');
		lists('customer_id');
		expect(await school.runInTurn(pay({ note: 'x' }))).toBe('created');
	});

	it('is not taken where the list does not come whole', async () => {
		school.onCall = (call, request) =>
			call === 'pay/index' ? school.answerWithUnstableList(request) : undefined;
		expect(await school.expectRefused(pay())).toMatchObject({
			message: "AlfaCRM's list of payments did not come whole, so it is not sure that this payment is new",
			description: 'Run it again. Nothing was saved.',
		});
	});
});

describe('a payment for a subscription', () => {
	const sold = (customer_id: number, e_date = '31.05.2035') =>
		school.addRecord('customer-tariff', { customer_id, tariff_id: 1, b_date: '01.09.2025', e_date });

	it.each(['all', 'current'] as const)(
		'is taken once, where a plain list shows %s, and not for one of somebody else',
		async (deadDefault) => {
			school.settings.deadDefault = deadDefault;
			for (const ctt_id of [sold(customer), sold(customer, '31.05.2025')])
				expect(await school.runInTurn(pay({ ctt_id }), pay({ ctt_id }))).toBe('created, unchanged');
			const ctt_id = sold(school.addLead());
			expect(await school.expectRefused(pay({ ctt_id }))).toMatchObject({
				message: `AlfaCRM lists no customer subscription ${ctt_id} of customer ${customer}`,
				description:
					"Correct 'Customer', or 'Customer Subscription', or run it again if it was added a moment ago. Nothing was saved.",
			});
		},
	);

	it('is taken where this user may not see subscriptions', async () => {
		school.settings.forbiddenCalls = ['customer-tariff/index'];
		expect(await school.runInTurn(pay({ ctt_id: sold(customer) }))).toBe('created');
	});

	it('is taken where the list of subscriptions does not come whole, which tells nothing', async () => {
		school.onCall = (call, request) =>
			call === 'customer-tariff/index' ? school.answerWithUnstableList(request) : undefined;
		expect(await school.runInTurn(pay({ ctt_id: sold(customer) }))).toBe('created');
	});
});

describe('a subscription', () => {
	const sell = (additionalFields: IDataObject = {}, tariff_id = 1) =>
		job('sellSubscription', { tariff_id, additionalFields });

	it('is sold once, whatever became of its balance', async () => {
		expect(await school.runInTurn(sell({ balance: 100 }), sell({ balance: 50 }), sell(), sell({}, 2))).toBe(
			'created, unchanged, unchanged, created',
		);
		expect(school.requests.find(({ url }) => url.endsWith('/create'))).toMatchObject({
			query: { customer_id: customer },
			body: { customer_id: customer, tariff_id: 1, b_date: '10.02.2026', balance: 100 },
		});
	});

	it.each<[string, IDataObject, IDataObject]>([
		['set of subjects', { subject_ids: [1, 2] }, { subject_ids: [1] }],
		['lesson type', { lesson_type_ids: [1] }, { lesson_type_ids: [2] }],
		['note', { note: 'Первый ребёнок' }, { note: 'Второй ребёнок' }],
		['start', { b_date: '2026-03-01' }, { b_date: '2026-03-02' }],
		['end', { e_date: '2026-03-31' }, { e_date: '2026-04-30' }],
	])('of the same plan with another %s is another one, once', async (_what, first, second) => {
		const forms = [first, second, first, second].map((more) => sell(more));
		expect(await school.runInTurn(...forms)).toBe('created, created, unchanged, unchanged');
	});

	it('that shows nothing where a switch is off is the same with it off', async () => {
		expect(await school.runInTurn(sell({ is_separate_balance: false }))).toBe('created');
		school.store.patch('customer-tariff', 1, { is_separate_balance: null } as never);
		expect(
			await school.runInTurn(sell({ is_separate_balance: false }), sell({ is_separate_balance: true })),
		).toBe('unchanged, created');
	});
});

describe('a comment', () => {
	const comment = (text: string) => job('addComment', { comment: text });

	const since = (added: string | null) => school.store.patch('communication', 1, { added });

	it('is the same for ten minutes; one whose time cannot be read, or lies in the future, may be new', async () => {
		expect(await school.runInTurn(comment('Да'), comment('Да'), comment('Нет'))).toBe(
			'created, unchanged, created',
		);
		// In the school it is noon.
		for (const time of ['2026-02-10 11:50:01', '2026-02-10 19:00:00', null, 'вчера']) {
			since(time);
			expect(await school.runInTurn(comment('Да'))).toBe('unchanged');
		}
		for (const time of ['2026-02-10 11:49:00', '2026-02-09 12:00:00']) {
			since(time);
			expect(await school.runInTurn(comment('Да'))).toBe('created');
			school.store.remove('communication', Number(school.readRecords('communication').at(-1)?.id));
		}
	});

	it('Add Comment adds a comment if the same one has a stamp further ahead than time zones differ', async () => {
		await school.run(comment('Да'));
		since('2026-02-11 14:01:00');

		const { json } = await school.run(comment('Да'));

		expect(json).toMatchObject([{ id: 2, operationResult: 'created' }]);
	});

	it('Add Comment adds no comment if the same one has a stamp 26 hours ahead', async () => {
		await school.run(comment('Да'));
		since('2026-02-11 14:00:00');

		const { json } = await school.run(comment('Да'));

		expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('is the same for as long as that is chosen', async () => {
		await school.runInTurn(comment('Да'));
		since('2026-02-10 10:30:00');
		const within = (sameWithin: number) => ({ ...comment('Да'), sameWithin });
		expect(await school.runInTurn(within(120), within(60))).toBe('unchanged, created');
	});

	it('that was there has a hint, and so has anything else that is not added', async () => {
		await school.run(comment('Да'));
		expect((await school.run(comment('Да'))).hints).toEqual([
			'This communication was there already; nothing was added: communication 1 of 2026-02-10 12:00:00',
		]);
		const task = job('createTask', { title: 'Перезвонить' });
		expect((await school.run(task)).hints).toEqual([]);
		expect((await school.run(task)).hints).toEqual([
			'This task was there already; nothing was added: task 1',
		]);
	});
});

describe('a task', () => {
	const task = (additionalFields: IDataObject = {}, id = customer) =>
		job('createTask', { title: 'Перезвонить', additionalFields }, id);

	it('is given once while it is not done, in whatever branch', async () => {
		expect(await school.runInTurn(task(), task())).toBe('created, unchanged');
		expect(school.requests.at(-1)?.body).toMatchObject({ due_date_is_null: true });
		for (const done of [{ is_done: 1 }, { is_done: 0, is_archive: 1 }]) {
			school.store.patch('task', 1, done as never);
			expect(await school.runInTurn({ ...task(), skipIfThere: true })).not.toBe('unchanged');
			for (const { id } of school.readRecords('task'))
				if (Number(id) > 1) school.store.remove('task', Number(id));
		}
		const elsewhere = task({ branch_ids: [2], due_date: '2026-02-20' });
		expect(await school.runInTurn(elsewhere, elsewhere)).toBe('created, unchanged');
	});

	it('with another day is another one, and is looked for by its day', async () => {
		const due = { due_date: '2026-02-11' };
		expect(await school.runInTurn(task(due), task(due), task(), task({ due_date: '2026-02-12' }))).toBe(
			'created, unchanged, created, created',
		);
		const look = school.requests.find(({ url }) => url.endsWith('/task/index'));
		expect(look?.body).toMatchObject({ due_date_from: '11.02.2026', due_date_to: '11.02.2026' });
		expect(look?.body).not.toHaveProperty('due_date_is_null');
	});

	it('without a day is not one that has a day, should AlfaCRM ignore the filter', async () => {
		school.settings.ignoredFilters.push('task.due_date_is_null');
		expect(await school.runInTurn(task({ due_date: '2026-02-11' }), task(), task())).toBe(
			'created, created, unchanged',
		);
	});

	it('about several customers is that of each', async () => {
		const other = school.addLead();
		const nobody = school.addLead();
		await school.run(task());
		school.store.patch('task', 1, { customer_ids: [other, customer] } as never);
		expect(await school.runInTurn(task(), task({}, other), task({}, nobody))).toBe(
			'unchanged, unchanged, created',
		);
	});
});

describe('a task without a title', () => {
	const EMPTY = ['', ' ', null, undefined];
	const create = (title: unknown, text = '') =>
		record('task', 'create', { title: title as string, additionalFields: { text } });
	const about = (title: unknown, text = '') =>
		job('createTask', { title: title as string, additionalFields: { text } });

	it.each(EMPTY)('is refused without a text, and made once with one: %j', async (title) => {
		for (const form of [create(title), about(title)])
			expect((await school.expectRefusedUnsent(form)).message).toContain("'Title' and 'Text' are both empty");
		const { json } = await school.run(create(title, 'Уточнить группу'));
		expect(school.readRecord('task', Number(json[0].id))).toMatchObject({
			title: null,
			text: 'Уточнить группу',
		});
		const texts = ['Уточнить группу', 'Уточнить группу', 'Спросить о лагере'];
		expect(await school.runInTurn(...texts.map((text) => about(title, text)))).toBe(
			'created, unchanged, created',
		);
	});

	it('is refused by name where an account wants one', async () => {
		school.settings.requiredFields = { 'task.title': true };
		const { error } = await school.runToEnd(create('', 'Уточнить группу'));
		expect(error?.message).toMatch(/^AlfaCRM did not create the task: Title – /);
	});
});

describe('the author of what is written', () => {
	const OWN = 'manager@school.example';
	const credential = { email: OWN };
	beforeEach(() => {
		// Another address holds the one of the credential, and AlfaCRM may know it by other capitals.
		for (const email of [`x${OWN}`, 'Manager@School.Example']) school.addRecord('user', { name: 'B', email });
		school.settings.ignoredFilters = ['user.email'];
	});
	const listed = () => school.calls.filter((call) => call === 'user/index').length;
	const comment = { class: 'Customer', related_id: 1, comment: 'Звонили', type_id: 1 };
	const FORMS: Array<[string, string, () => IDataObject]> = [
		['Communication → Create', 'communication', () => record('communication', 'create', comment)],
		['Task → Create', 'task', () => record('task', 'create', { title: 'Звонок' })],
		['Add Comment', 'communication', () => job('addComment', { comment: 'Звонили' })],
		['Create Task', 'task', () => job('createTask', { title: 'Звонок' })],
	];

	it.each(FORMS)(
		'of %s is the user of the credential, asked for once in a run, or who is given',
		async (_what, path, form) => {
			await school.run({ ...form(), skipIfThere: false }, { credential, items: [{}, {}] });
			expect(school.readRecords(path)).toMatchObject([{ user_id: 3 }, { user_id: 3 }]);
			expect(listed()).toBe(1);
			await school.run({ ...form(), additionalFields: { user_id: 1 } }, { credential });
			expect(school.readRecords(path).at(-1)).toMatchObject({ user_id: 1 });
			expect(listed()).toBe(1);
		},
	);

	it.each(FORMS.slice(2))(
		'does not tell one %s from another, unless one is given',
		async (_what, path, form) => {
			await school.run({ ...form(), additionalFields: { user_id: 1 } });
			expect(await school.runInTurn(form(), { ...form(), additionalFields: { user_id: 3 } })).toBe(
				'unchanged, created',
			);
			expect(school.readRecords(path)).toHaveLength(2);
		},
	);

	it('is looked for in each execution while the users may not be read, or do not hold the login', async () => {
		school.settings.requiredFields = { 'communication.user_id': false };
		school.settings.forbiddenCalls = ['user/index'];
		const options = { credential, items: [{}, {}] };
		const form = job('addComment', { comment: 'Звонили', skipIfThere: false });
		await school.run(form, options);
		for (const { body } of school.readRequests('communication/create'))
			expect(body).not.toHaveProperty('user_id');
		school.settings.forbiddenCalls = [];
		for (const [email, user_id] of [
			['somebody@school.example', undefined],
			[OWN, 3],
		]) {
			school.changeRecord('user', 3, { email });
			const before = listed();
			await school.run(form, options);
			expect(school.readRequests('communication/create').at(-1)?.body.user_id).toBe(user_id);
			expect(listed()).toBe(before + 1);
		}
	});

	it.each<[string, () => void]>([
		['may not be read', () => (school.settings.forbiddenCalls = ['user/index'])],
		['do not hold the login', () => school.store.remove('user', 3)],
	])(
		'is asked for by name where AlfaCRM wants one and the users %s, without the email',
		async (_what, spoil) => {
			spoil();
			const { error, json } = await school.runToEnd(job('addComment', { comment: 'Звонили' }), {
				credential,
			});
			expect(error).toMatchObject({
				message: expect.stringMatching(/^AlfaCRM did not create the communication: Author – /) as string,
				description: "Fill 'Author' (user_id) and run it again. Nothing was saved.",
			});
			expect(JSON.stringify([json, error])).not.toContain(OWN);
		},
	);
});

describe('a text that is longer than AlfaCRM takes', () => {
	const LONG = 'ы'.repeat(3_000);
	const payment = { ...PAYMENT, customer_id: 1, income: 5, additionalFields: { payer_name: LONG } };

	const byName = { matchBy: 'phoneAndName', phone: '8 900 555 00 01' };

	it.each<[what: string, label: string, longest: number, form: () => IDataObject]>([
		['Customer → Create', 'Name', 50, () => customerForm('create', { name: LONG, is_study: 0 })],
		['Create or Update, by name', 'Name', 50, () => customerForm('upsert', { ...byName, name: LONG })],
		['Take Payment', 'Payer Name', 50, () => job('takePayment', payment)],
		['Add Comment', 'Comment', 2048, () => job('addComment', { comment: LONG })],
	])('is refused by %s, or shortened where that is wanted: %s to %d', async (_what, label, longest, form) => {
		expect(await school.expectRefusedUnsent(form())).toMatchObject({
			message: `'${label}' has 3000 characters; AlfaCRM accepts at most ${longest}`,
			description: expect.stringContaining("turn on 'Shorten Long Texts' in 'Options'") as string,
		});
		const { hints } = await school.run({ ...form(), options: { shortenTexts: true } });
		const [written] = school.requests.filter(({ url }) => /\/(create|update)$/.test(url)).slice(-1);
		expect(Object.values(written.body)).toContain(`${'ы'.repeat(longest - 1)}…`);
		expect(hints).toContain(
			`Texts that are longer than AlfaCRM takes were shortened: '${label}' to ${longest} characters`,
		);
	});

	it.each([
		['a correction', () => record('pay', 'createCorrection', payment)],
		['an update', () => job('update', { updateFields: { legal_name: LONG } })],
	])('is refused by %s, which has no such option', async (_what, form) => {
		const { error } = await school.runToEnd(form());
		expect(error?.description).toBe('Shorten it. Nothing was sent to AlfaCRM.');
	});
});
