import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Fault } from '../../../sandbox';
import { Engine } from '../support/engine';
import { job } from '../support/jobs';
import { EMPTY, given, NULL, officeOf, pick, UNDEFINED } from '../support/office';
import { otherNameOf, useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, lead, patch, refused, row, rows, run, set, stopped, whole } = officeOf(school);

const DAY = '2026-02-09';
const client = (more: IDataObject = {}) => lead({ is_study: 1, ...more });
const pay = (customer: unknown, income: unknown, { skipIfThere, branchId = 1, ...more }: IDataObject = {}) =>
	job('takePayment', customer, {
		...{ branchId, income, pay_account_id: 1, additionalFields: { document_date: DAY, ...more } },
		...(skipIfThere === undefined ? {} : { skipIfThere }),
	} as INodeParameters);
const paid = (customer: unknown) => rows('pay').filter((one) => one.customer_id === customer);
const forbid = (entity: string) =>
	school.sandbox.faults.add({ kind: 'status', status: 403, times: 99, match: { entity } } as Fault);

interface Addition {
	operation: string;
	path: string;
	fields: INodeParameters;
	/** One thing else makes it another one. */
	other: INodeParameters;
	stored: IDataObject;
}
const additions: Addition[] = [
	{
		operation: 'sellSubscription',
		path: 'customer-tariff',
		fields: { tariff_id: 1, additionalFields: { b_date: '2026-03-01', subject_ids: [1] } },
		other: { additionalFields: { b_date: '2026-04-01' } },
		stored: { tariff_id: 1, b_date: '01.03.2026', subject_ids: [1] },
	},
	{
		operation: 'takePayment',
		path: 'pay',
		fields: { income: 5000, pay_account_id: 1, additionalFields: { document_date: DAY } },
		other: { income: 4000 },
		stored: { income: '5000.00', document_date: '09.02.2026', pay_type_id: 1, branch_id: 1 },
	},
	{
		operation: 'addComment',
		path: 'communication',
		fields: { comment: 'Просил позвонить вечером' },
		other: { comment: 'Просил позвонить утром' },
		stored: { class: 'Customer', type_id: 1, comment: 'Просил позвонить вечером' },
	},
	{
		operation: 'createTask',
		path: 'task',
		fields: { title: 'Перезвонить', additionalFields: { due_date: '2026-02-12', assigned_ids: [4] } },
		other: { title: 'Написать' },
		stored: { title: 'Перезвонить', due_date: '12.02.2026', assigned_ids: [4], branch_ids: [1] },
	},
];

describe.each(additions)('$operation', ({ operation, path, fields, other, stored }) => {
	it('is done once when it is run twice, and again for somebody else, with another value or if that is chosen', async () => {
		const id = client();
		const before = rows(path).length;
		const [first] = await run(job(operation, id, fields));
		expect(first.operationResult).toBe('created');
		expect(rows(path).at(-1)).toMatchObject(stored);
		const again = job(operation, id, { ...fields, skipIfThere: given('true') });
		expect(await run(again)).toMatchObject([
			{ id: first.id, operationResult: 'unchanged', changedFields: [] },
		]);
		expect(rows(path)).toHaveLength(before + 1);

		await run(job(operation, client(), fields));
		await run(job(operation, id, { ...fields, ...other }));
		await run(job(operation, id, { ...fields, skipIfThere: false }));
		expect(rows(path)).toHaveLength(before + 4);
	});

	it('is refused for a customer who is not there, and where Skip If It Already Exists cannot be read', async () => {
		await refused(job(operation, 1, { ...fields, skipIfThere: UNDEFINED }), "'Skip If It Already Exists'");
		const { message } = await stopped(job(operation, 9_999, fields));
		expect(message).toBe('AlfaCRM has no customer with ID 9999');
	});
});

describe('Skip If It Already Exists', () => {
	it.each([1, '1'])('given as %j is on', async (value) => {
		const id = client();
		await run(pay(id, 600));
		await run(pay(id, 600, { skipIfThere: given(value) }));
		expect(paid(id)).toHaveLength(1);
	});

	it.each([NULL, EMPTY, 'yes', given([]), given(2)])(
		'given as %s is refused before a call',
		async (value) => {
			await refused(pay(1, 600, { skipIfThere: value }), "'Skip If It Already Exists'");
		},
	);
});

describe('a sum', () => {
	it.each<[string, unknown]>([
		['the zero that the form begins with', 0],
		['a zero with decimals', '0.00'],
		['a minus', '-500'],
		['less than a cent', 0.004],
		['more than there is', 1e21],
		['a word', 'много'],
	])('that is no payment is refused before a call: %s', async (_what, income) => {
		await refused(pay(1, given(income)), "'Amount'");
	});

	const fields = { customer_id: 1, document_date: DAY, pay_account_id: 1, pay_type_id: 1 };
	const payment = (operation: string, more: object): INodeParameters => ({
		...{ resource: 'pay', operation, branchId: 1, ...more },
	});

	it.each<[string, (income: number | string) => object]>([
		['form', (income) => ({ ...fields, customer_id: pick(1), income: given(income) })],
		['json', (income) => ({ json: JSON.stringify({ ...fields, income }) })],
		['map', (income) => ({ columns: { mappingMode: 'defineBelow', value: { ...fields, income } } })],
	])('that is none is refused by Payment → Create too: %s', async (inputMode, how) => {
		for (const income of [0, 0.004, '-500'])
			await refused(payment('create', { inputMode, ...how(income) }), "'Amount'");
	});

	it('is not there before somebody gives it, neither in Take Payment nor in Create', async () => {
		await refused(payment('create', { ...fields, customer_id: pick(1) }), "'Amount'");
		await refused(job('takePayment', 1, { pay_account_id: 1 }), "'Amount'");
	});

	it('may be negative in an update, as corrections are, but not zero', async () => {
		const id = add('pay', { customer_id: client(), branch_id: 1, income: '100.00' });
		const update = (income: number) => payment('update', { id: String(id), updateFields: { income } });
		await refused(update(0), "'Amount'");
		await run(update(-500));
		expect(Number(row('pay', id).income)).toBe(-500);
	});

	it.each(['addBonus', 'spendBonus'])('of nothing or less is no bonus either: %s', async (operation) => {
		for (const amount of [0, -50, 0.004])
			await refused(job(operation, 1, { amount, note: 'Подарок', additionalFields: {} }), "'Amount'");
	});

	it('that was computed is taken once, and sent as the money that is meant', async () => {
		const id = client();
		const [{ id: first }] = await run(pay(id, 1290.9 * 3));
		for (const again of [1290.9 * 3, '3872.70'])
			expect(await run(pay(id, again))).toMatchObject([{ id: first, operationResult: 'unchanged' }]);
		expect(paid(id)).toMatchObject([{ income: '3872.70' }]);
		expect(Number((school.entries('pay/create')[0].body as IDataObject).income)).toBe(3872.7);
	});

	it('that somebody booked by hand is the same payment', async () => {
		const id = client();
		const by = { customer_id: id, branch_id: 1, pay_type_id: 1, pay_account_id: 1, payer_name: 'Мама' };
		const held = add('pay', { ...by, document_date: '09.02.2026', income: '3872.70' });
		expect(await run(pay(id, 1290.9 * 3))).toMatchObject([{ id: held, operationResult: 'unchanged' }]);
		expect(row('pay', held)).toMatchObject({ income: '3872.70', payer_name: 'Мама' });
	});
});

describe('Take Payment', () => {
	it.each<[string, IDataObject, IDataObject]>([
		['the same call again', { branch_id: 2 }, { branch_id: 2 }],
		['a call in another branch', { branchId: 2 }, { branchId: 1, branch_id: 2 }],
	])('looks for the payment in its branch by %s', async (_what, first, again) => {
		const id = client({ branch_ids: [1, 2] });
		await run(pay(id, 600, first));
		expect(await run(pay(id, 600, again))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(paid(id)).toMatchObject([{ branch_id: 2 }]);
	});

	it.each<[string, IDataObject, IDataObject]>([
		['branch', {}, { branch_id: 2 }],
		['note', { note: 'За февраль' }, { note: 'За март' }],
		['payer', { payer_name: 'Бабушка' }, { payer_name: 'Дедушка' }],
		['item', { pay_item_id: 1 }, { pay_item_id: 2 }],
		['location', { location_id: 1 }, { location_id: 2 }],
	])('takes a second payment of the same day and sum with another %s, each once', async (_of, one, two) => {
		const id = client();
		const results: unknown[] = [];
		for (const fields of [one, two, two, ...(Object.keys(one).length > 0 ? [one] : [])])
			results.push((await run(pay(id, 600, fields)))[0].operationResult);
		expect(results.slice(0, 3)).toEqual(['created', 'created', 'unchanged']);
		expect(paid(id)).toHaveLength(2);
	});

	it.each<[string, IDataObject, number]>([
		['was taken without a word of that', {}, 1],
		['was taken confirmed and is unconfirmed now', { is_confirmed: true }, 0],
	])('knows a payment that %s', async (_what, fields, is_confirmed) => {
		const id = client();
		const [first] = await run(pay(id, 600, fields));
		patch('pay', first.id, { is_confirmed });
		expect(await run(pay(id, 600, fields))).toMatchObject([{ id: first.id, operationResult: 'unchanged' }]);
		expect(paid(id)).toMatchObject([{ id: first.id, is_confirmed }]);
	});

	it('takes one payment in one execution with two opinions of whether it is confirmed', async () => {
		const id = client();
		await run(pay(id, 600, { is_confirmed: '={{ $json.sure }}' }), {
			items: [{ sure: true }, { sure: false }],
		});
		expect(paid(id)).toHaveLength(1);
	});

	it('takes one payment where two are asked for at the same moment', async () => {
		const id = client();
		await Promise.all([run(pay(id, 900)), run(pay(id, 900))]);
		expect(paid(id)).toHaveLength(1);
	});

	it('takes a payment of another type once, where the list shows incomes only', async () => {
		set({ payDefault: 'income' });
		const id = client();
		for (let time = 0; time < 2; time++) await run(pay(id, 1000, { pay_type_id: 6 }));
		expect(paid(id)).toHaveLength(1);
	});

	it('takes no second payment without a word where the list does not come whole', async () => {
		const id = client();
		await run(pay(id, 1000));
		school.sandbox.store.hide('pay', rows('pay').at(-1)?.id as number, 'counted');
		const { hints, status } = await whole(pay(id, 1000));
		expect(paid(id).length === 1 || status === 'error' || hints.length > 0).toBe(true);
	});
});

describe('a payment for a subscription', () => {
	const sold = (customer_id: number, e_date = '31.05.2035') =>
		add('customer-tariff', { customer_id, tariff_id: 1, b_date: '01.09.2025', e_date });

	describe.each(['all', 'current'])('where a plain list of subscriptions shows %s', (deadDefault) => {
		beforeEach(() => set({ deadDefault }));

		it.each(['31.05.2035', '31.05.2025'])('until %s is taken once', async (end) => {
			const id = client();
			const ctt_id = sold(id, end);
			await run(pay(id, 4500, { ctt_id }));
			await run(pay(id, 4500, { ctt_id }));
			expect(paid(id)).toMatchObject([{ ctt_id }]);
		});

		it('of somebody else is refused before it is taken', async () => {
			const [id, other] = [client(), client()];
			sold(id);
			const ctt_id = sold(other);
			const { message, description } = await stopped(pay(id, 4500, { ctt_id }));
			expect(message).toBe(`AlfaCRM lists no customer subscription ${ctt_id} of customer ${id}`);
			expect(description).toBe(
				"Correct 'Customer', or 'Customer Subscription', or run it again if it was added a moment ago. Nothing was saved.",
			);
			expect(school.calls()).not.toContain('pay/create');
		});
	});

	it('that AlfaCRM does not let the user see is taken', async () => {
		set({ forbiddenCalls: ['customer-tariff/index'] });
		const id = client();
		await run(pay(id, 4500, { ctt_id: sold(id) }));
		expect(paid(id)).toHaveLength(1);
	});
});

describe.each(['create', 'createCorrection'])('the payer of a payment by %s', (operation) => {
	const LONG = 'Общество с ограниченной ответственностью «Ромашка и партнёры»';
	const form = (customer: number, additionalFields: INodeParameters = {}): INodeParameters => ({
		...{ resource: 'pay', operation, branchId: 1, customer_id: pick(customer), document_date: '2026-02-05' },
		...{ income: 100, pay_account_id: 1, pay_type_id: 1, additionalFields },
	});

	it.each<[payer: string, values: IDataObject]>([
		['Орлова Мия', { legal_name: '' }],
		['Орлова Анна', { legal_name: 'Орлова Анна' }],
		['Орлова Мия', { is_study: 0, e_date: '2020-01-31' }],
		[`${LONG.slice(0, 49)}…`, { legal_name: LONG }],
	])('is %s for a customer with %j, if nobody is named', async (payer, values) => {
		const [{ id }] = await run(form(client(values)));
		expect(row('pay', id).payer_name).toBe(payer);
	});

	it('is whoever is named, and left to AlfaCRM where the customer may not be seen', async () => {
		const [{ id }] = await run(form(client(), { payer_name: 'Иванов' }));
		expect(row('pay', id).payer_name).toBe('Иванов');
		forbid('customer');
		const { error } = await whole(form(client()));
		expect(error?.message).toContain('Payer Name');
		expect(school.entries('pay/create')).toHaveLength(2);
	});
});

describe('Sell Subscription', () => {
	it.each<[string, IDataObject, IDataObject]>([
		['set of subjects', { subject_ids: [1, 2] }, { subject_ids: [1] }],
		['lesson type', { lesson_type_ids: [1] }, { lesson_type_ids: [2] }],
		['note', { note: 'Первый ребёнок' }, { note: 'Второй ребёнок' }],
		['end', { e_date: '2026-03-31' }, { e_date: '2026-04-30' }],
		['kind of balance', { is_separate_balance: true }, { is_separate_balance: false }],
	])('sells another one of the same plan and day with another %s', async (_what, first, second) => {
		const id = client();
		const results: unknown[] = [];
		for (const more of [first, second, first, second]) {
			const additionalFields = { b_date: '2026-03-01', balance: 3200, ...more } as INodeParameters;
			const sold = await run(job('sellSubscription', id, { tariff_id: 1, additionalFields }));
			results.push(sold[0].operationResult);
			// However far the balance has been used up since.
			patch('customer-tariff', sold[0].id, { balance: '800.00' });
		}
		expect(results).toEqual(['created', 'created', 'unchanged', 'unchanged']);
	});

	it('refuses what is no day before a call', async () => {
		const additionalFields = { b_date: 'весной' };
		await refused(
			job('sellSubscription', 1, { tariff_id: 1, additionalFields }),
			"'Start Date' must be a date",
		);
	});
});

describe('a task', () => {
	const create = (title: string, more: IDataObject = {}): INodeParameters => ({
		...{ resource: 'task', operation: 'create', branchId: 1, title },
		additionalFields: more as INodeParameters,
	});
	const about = (customer: number, title: string, more: IDataObject = {}): INodeParameters =>
		job('createTask', customer, { title, additionalFields: more as INodeParameters });
	const of = (customer: number) =>
		rows('task').filter(({ customer_ids }) => (customer_ids as number[]).includes(customer));

	it.each(['', ' ', EMPTY, UNDEFINED, NULL])('needs no title beside a text: %j', async (title) => {
		const [{ id }] = await run(create(title, { text: 'Уточнить группу' }));
		expect(row('task', id)).toMatchObject({ title: null, text: 'Уточнить группу' });
	});

	it.each(['', ' ', EMPTY, UNDEFINED, NULL])('is refused where it says nothing: %j', async (title) => {
		const customer = lead();
		add('task', { title: 'Перезвонить', branch_ids: [1], customer_ids: [customer] });
		await refused(create(title), "'Title' and 'Text' are both empty");
		await refused(about(customer, title, { text: EMPTY }), "'Title' and 'Text' are both empty");
	});

	it('without a title is made about a customer once, and beside one with another text', async () => {
		const customer = lead();
		for (const text of ['Уточнить группу', 'Уточнить группу', 'Спросить о лагере'])
			await run(about(customer, '', { text }));
		expect(of(customer).map(({ text }) => text)).toEqual(['Уточнить группу', 'Спросить о лагере']);
	});

	it('without a title is refused by name where an account wants one', async () => {
		set({ requiredFields: { 'task.title': true } });
		const { message } = await stopped(create('', { text: 'Уточнить группу' }));
		expect(message).toMatch(/^AlfaCRM did not create the task: Title – /);
	});

	it('of another branch is made once', async () => {
		const id = client();
		for (let time = 0; time < 2; time++) await run(about(id, 'Перезвонить', { branch_ids: [2] }));
		expect(of(id)).toHaveLength(1);
	});

	it('is listed by its ID', async () => {
		const ids = ['Раз', 'Два'].map((title) => add('task', { title, branch_ids: [1] }));
		const list = { resource: 'task', operation: 'getAll', branchId: 1, returnAll: true };
		const found = await run({ ...list, filters: { id: String(ids[0]) } });
		expect(found).toMatchObject([{ id: ids[0], title: 'Раз' }]);
	});
});

describe('the author of what is written', () => {
	const MANAGER = 3;
	const managerOf = (hostname: string) => {
		const { email, apiKey } = school.sandbox.account.noSubjects;
		return new Engine({ ...school.credential, hostname, email, apiKey });
	};
	/** The process keeps who a login is: one that is not known yet takes the school by its other name. */
	const newcomer = () => managerOf(otherNameOf(school.sandbox.url));
	const listed = () => school.entries('user/index').length;
	const addComment = (id: number) => job('addComment', id, { comment: 'Звонили' });
	const createTask = (id: number) => job('createTask', id, { title: 'Звонок' });
	const createComment = (id: number): INodeParameters => ({
		...{ resource: 'communication', operation: 'create', branchId: 1, class: 'Customer' },
		...{ related_id: pick(id), comment: 'Звонили', type_id: 1 },
	});
	const newTask = (): INodeParameters => ({
		...{ resource: 'task', operation: 'create', branchId: 1, title: 'Звонок' },
	});

	it('is looked for again in each execution while the users may not be read, or do not hold the login', async () => {
		set({ requiredFields: { 'communication.user_id': false } });
		forbid('user');
		const engine = newcomer();
		const parameters = { ...addComment(lead()), skipIfThere: false };
		const written = async () => (await engine.run({ parameters, items: [{}, {}] })).json;
		expect(await written()).toHaveLength(2);
		for (const { body } of school.entries('communication/create')) expect(body).not.toHaveProperty('user_id');
		school.sandbox.faults.clear();

		patch('user', MANAGER, { email: 'somebody@school.example' });
		let before = listed();
		expect(await written()).toHaveLength(2);
		expect(listed()).toBe(before + 1);

		patch('user', MANAGER, { email: school.sandbox.account.noSubjects.email });
		before = listed();
		expect(await written()).toMatchObject([{ user_id: MANAGER }, { user_id: MANAGER }]);
		expect(listed()).toBe(before + 1);
	});

	it.each([
		['may not be read', () => forbid('user')],
		['do not hold the login', () => school.sandbox.store.remove('user', 1)],
	])(
		'is asked for by name where AlfaCRM wants one and the users %s, without the email',
		async (_what, spoil) => {
			spoil();
			const engine = new Engine({ ...school.credential, hostname: otherNameOf(school.sandbox.url) });
			const { error, run: all } = await engine.run({ parameters: addComment(lead()) });
			expect(error).toMatchObject({
				message: expect.stringMatching(/^AlfaCRM did not create the communication: Author – /) as string,
				description: "Fill 'Author' (user_id) and run it again. Nothing was saved.",
			});
			expect(JSON.stringify([all, error])).not.toContain(String(school.credential.email));
		},
	);

	it.each([
		['Communication → Create', 'communication', createComment],
		['Task → Create', 'task', newTask],
		['Add Comment', 'communication', addComment],
		['Create Task', 'task', createTask],
	])('of %s is the user of the credential, asked for once, or who is given', async (_what, path, form) => {
		// Another address holds the one of the credential, and AlfaCRM may know it by other capitals.
		patch('user', 2, { email: 'xmanager@school.example' });
		patch('user', MANAGER, { email: 'Manager@School.Example' });
		set({ ignoredFilters: ['user.email'] });
		for (const parameters of [form(lead()), form(lead())]) {
			const { error } = await managerOf(school.sandbox.url).run({ parameters, items: [{}, {}] });
			expect(error).toBeUndefined();
			expect(rows(path).at(-1)).toMatchObject({ user_id: MANAGER });
		}
		expect(listed()).toBeLessThanOrEqual(1);

		school.sandbox.clearJournal();
		await newcomer().run({ parameters: { ...form(lead()), additionalFields: { user_id: 1 } } });
		expect(rows(path).at(-1)).toMatchObject({ user_id: 1 });
		expect(listed()).toBe(0);
	});

	it.each([
		['Add Comment', 'communication', addComment],
		['Create Task', 'task', createTask],
	])('does not tell one from another for %s, unless one is given', async (_what, path, form) => {
		const id = lead();
		const any = { user_id: 1, added: null, is_done: 0, is_archive: 0, branch_ids: [1], customer_ids: [id] };
		const words = { comment: 'Звонили', title: 'Звонок', type_id: 1, class: 'Customer', related_id: id };
		add(path, { ...any, ...words });
		const engine = managerOf(school.sandbox.url);
		const written = async (additionalFields: INodeParameters) =>
			(await engine.run({ parameters: { ...form(id), additionalFields } })).json;
		expect(await written({})).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(await written({ user_id: MANAGER })).toMatchObject([{ operationResult: 'created' }]);
	});
});
