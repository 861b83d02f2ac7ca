import type { INodeParameters } from 'n8n-workflow';

import { callTool, fromAi, makeToolContext } from '../support/agentTool';
import { asExpression } from '../support/forms';
import { frontDeskOf } from '../support/frontDesk';
import { useSchool } from '../support/school';

/** Names of records in place of their IDs, wherever one may stand. */
const school = useSchool({ customers: 40 });
const { addRecord, changeRecord, readRecord, readRecords, run, changeSettings, expectRefused, runToEnd } =
	frontDeskOf(school);

const LEAD: INodeParameters = {
	resource: 'customer',
	operation: 'create',
	branchId: 1,
	name: 'Мия',
	is_study: 0,
};
const byName = (value: string): INodeParameters => ({ __rl: true, mode: 'name', value });
const asJson = (json: object): INodeParameters => ({
	...LEAD,
	inputMode: 'json',
	json: JSON.stringify(json),
});
const mapped = (columns: object): INodeParameters => ({
	...LEAD,
	inputMode: 'map',
	columns: columns as never,
});
const with_ = (additionalFields: object): INodeParameters => ({
	...LEAD,
	additionalFields: additionalFields as INodeParameters,
});
const STAGE = 'Назначено пробное';
const stageId = () => readRecords('lead-status').find(({ name }) => name === STAGE)?.id;
const asked = (list: string) => school.readJournal(`${list}/index`).length;

describe('a stage by its name', () => {
	const SAID = { name: 'Мия', is_study: 0, lead_status_id: STAGE };

	it.each<[string, INodeParameters]>([
		['typed in the form', with_({ lead_status_id: byName(STAGE) })],
		['where an ID is asked for', with_({ lead_status_id: { __rl: true, mode: 'id', value: STAGE } })],
		['from an expression', with_({ lead_status_id: asExpression(STAGE) })],
		['in JSON', asJson(SAID)],
		['in an object that an expression gives', { ...LEAD, inputMode: 'json', json: asExpression(SAID) }],
		['in the mapper', mapped({ mappingMode: 'defineBelow', value: SAID })],
	])('is its ID, %s', async (_where, parameters) => {
		const [{ id }] = await run(parameters);
		expect(readRecord('customer', id)).toMatchObject({ name: 'Мия', lead_status_id: stageId() });
		expect(asked('lead-status')).toBe(1);
	});

	it('is its ID in the input that is mapped', async () => {
		const parameters = mapped({ mappingMode: 'autoMapInputData', value: null });
		const [{ id }] = await run(parameters, { items: [SAID] });
		expect(readRecord('customer', id)).toMatchObject({ lead_status_id: stageId() });
	});

	it('is its ID in a job, and in what is saved by a key', async () => {
		const job = { resource: 'customer', operation: 'moveToStage', branchId: 1, id: 1 };
		await run({ ...job, lead_status_id: byName(STAGE) });
		expect(readRecord('customer', 1)).toMatchObject({ lead_status_id: stageId() });
		const phone = '+7(900)555-00-01';
		const upsert = { resource: 'customer', operation: 'upsert', branchId: 1, matchBy: 'phone', phone };
		const [saved] = await run({
			...{ ...upsert, name: 'Мия' },
			fieldsToSet: { is_study: 0, lead_status_id: STAGE },
		});
		expect(readRecord('customer', saved.id)).toMatchObject({ lead_status_id: stageId() });
	});

	it.each([asExpression([STAGE, 'Новый']), asExpression(`${STAGE}, none`), asExpression('Не такой')])(
		"is its ID in a job's options: %s",
		async (onlyIfInStage) => {
			changeRecord('customer', 1, { is_study: 0, lead_status_id: stageId() });
			const job = { resource: 'customer', operation: 'moveToStage', branchId: 1, id: 1, lead_status_id: 3 };
			const form = { ...job, options: { onlyIfInStage, neverBack: true } };
			if (onlyIfInStage.includes('такой')) return void (await expectRefused(form));
			expect(await run(form)).toMatchObject([{ operationResult: 'updated', lead_status_id: 3 }]);
			// Its names are read once, and so is its order.
			expect(asked('lead-status')).toBe(2);
		},
	);

	it('is its ID where a model gives it, which reads the choices where there is none', async () => {
		const tool = with_({ lead_status_id: { __rl: true, mode: 'id', value: fromAi('stage') } });
		const [{ json }] = await callTool(makeToolContext(school, tool, { stage: STAGE }));
		expect(readRecord('customer', json.id)).toMatchObject({ lead_status_id: stageId() });
		await expect(callTool(makeToolContext(school, tool, { stage: 'Согласие' }))).rejects.toMatchObject({
			message: expect.stringContaining(`'Stage' is "Согласие"`) as string,
			description: expect.stringContaining(`${STAGE} (${String(stageId())})`) as string,
		});
	});

	it.each(['назначено  ПРОБНОЕ', ' Назначено пробное\n', 'Назначено пробное'.normalize('NFD')])(
		'may be written as %j',
		async (name) => {
			const [{ id }] = await run(with_({ lead_status_id: name }));
			expect(readRecord('customer', id)).toMatchObject({ lead_status_id: stageId() });
		},
	);

	it('may have е for ё', async () => {
		const id = addRecord('lead-source', { name: 'Счётчик', code: 'c', is_enabled: 1 });
		const [made] = await run(with_({ lead_source_id: 'счетчик' }));
		expect(readRecord('customer', made.id)).toMatchObject({ lead_source_id: id });
	});

	it('is none where the list calls that so, without a request', async () => {
		const filters = { lead_status_id: byName('not sorted') };
		await run({ resource: 'customer', operation: 'getAll', branchId: 1, filters });
		expect(asked('lead-status')).toBe(0);
	});
});

it.each([5, '5', ' 5 ', { __rl: true, mode: 'list', value: 5 }])('an ID costs no request: %j', async (id) => {
	const [made] = await run(with_({ lead_status_id: id }));
	expect(readRecord('customer', made.id)).toMatchObject({ lead_status_id: 5 });
	expect(school.readCalls().filter((call) => !call.startsWith('auth/'))).toEqual(['customer/create']);
});

it('digits are an ID, unless they are given as a name', async () => {
	const location = addRecord('location', { name: '101', branch_id: 1, is_active: 1 });
	for (const [value, id] of [
		[byName('101'), location],
		// As a sheet gives it.
		[byName('={{ 101 }}'), location],
		['101', 101],
	] as const) {
		await run({
			...{ resource: 'room', operation: 'create', branchId: 1, name: 'Зал', color_id: 1, is_enabled: true },
			additionalFields: { location_id: value },
		});
		expect(school.sandbox.journal.at(-1)?.body).toMatchObject({ location_id: id });
	}
});

describe('the branch by its name', () => {
	const customers = (branchId: unknown): INodeParameters => ({
		...{ resource: 'customer', operation: 'getAll', returnAll: true },
		branchId: branchId as string,
	});

	it('is the one in which the call goes, and in which other names are looked for', async () => {
		changeSettings({ forbiddenBranches: [1, 3] });
		await run({ ...LEAD, branchId: 'северный', additionalFields: { lead_status_id: STAGE } });
		expect(school.sandbox.journal.map(({ path }) => path)).toEqual([
			...['/v2api/auth/login', '/v2api/branch/index'],
			...['/v2api/2/lead-status/index', '/v2api/2/customer/create'],
		]);
	});

	it('may be several', async () => {
		const find = (searchBranches: unknown): INodeParameters => ({
			...{ resource: 'customer', operation: 'find', branchId: 'Центральный', matchBy: 'phone' },
			...{ phone: '+7 900 000-00-00', options: { ifNone: 'nothing', searchBranches } as INodeParameters },
		});
		await run(find(['Северный', 1]));
		const branches = new Set(school.readJournal('customer/index').map(({ path }) => path.split('/')[2]));
		expect([...branches].sort()).toEqual(['1', '2']);
	});

	it('that none has is refused with those that there are', async () => {
		const { message, description } = await expectRefused(customers('Южная'));
		expect(message).toBe(`'Branch' is "Южная", and no branch is called that`);
		const names = readRecords('branch').filter(({ is_active }) => is_active !== 0);
		expect(description).toBe(
			`There are: ${names.map(({ id, name }) => `${String(name)} (${String(id)})`).join(', ')}.`,
		);
	});

	it('is refused where this user may not list them', async () => {
		changeSettings({ forbiddenCalls: ['branch/index'] });
		const { message, description } = await expectRefused(customers('Северный'));
		expect(message).toContain(`'Branch' is "Северный", and this user may not list the branches`);
		expect(description).toContain('Give the ID instead.');
	});
});

it('a subject of a new branch may be given by name, and no hint speaks of a branch', async () => {
	const subject = readRecords('subject')[0];
	changeSettings({ forbiddenCalls: ['branch/index'] });

	const { json, hints } = await runToEnd({
		resource: 'branch',
		operation: 'create',
		name: 'Филиал 9',
		is_active: true,
		additionalFields: { subject_ids: [String(subject.name)] },
	});

	expect(json).toMatchObject([{ subject_ids: [subject.id] }]);
	expect(hints).toEqual([]);
});

describe('a name beside a branch of the record', () => {
	const CASH = 'Касса у входа';
	const payment = (customer: number, more: INodeParameters = {}): INodeParameters => ({
		...{
			resource: 'customer',
			operation: 'takePayment',
			branchId: 1,
			id: asExpression(customer),
			income: 700,
		},
		...{ pay_account_id: byName(CASH), ...more },
	});
	const twoAccounts = () => [1, 2].map((branch_id) => addRecord('pay-account', { name: CASH, branch_id }));
	const paid = () => school.readJournal('pay/create').map(({ body }) => body);

	it('is looked up in that branch', async () => {
		const [, account] = twoAccounts();
		const payer = addRecord('customer', { name: 'Мия', is_study: 1, branch_ids: [1, 2] });
		await run(payment(payer, { additionalFields: { branch_id: byName('Северный') } }));
		expect(paid()).toMatchObject([{ branch_id: 2, pay_account_id: account }]);
	});

	it('of another branch than the one into which the record goes is refused', async () => {
		const [, account] = twoAccounts();
		const payer = addRecord('customer', { name: 'Мия', is_study: 1, branch_ids: [2] });
		const { message, description } = await expectRefused(payment(payer));
		expect(message).toMatch(
			/^'Payment Account' \(Касса у входа\) is of branch 1, but this goes into branch 2/,
		);
		expect(description).toContain("Choose branch 2 in 'Branch', or give the ID.");
		await run(payment(payer, { pay_account_id: asExpression(account) }));
		await run(payment(payer, { branchId: 2, income: 800 }));
		expect(paid()).toMatchObject([{ pay_account_id: account }, { pay_account_id: account }]);
	});

	it('of somebody at a lesson is not looked up in the branch of that row', async () => {
		const rooms = [1, 2].map((branch_id) =>
			addRecord('room', { name: 'Мансарда', branch_id, is_enabled: 1 }),
		);
		const lesson = readRecords('lesson').find(({ branch_id, status }) => branch_id === 1 && status === 1);
		const visitors = [{ customer_id: 1, is_attend: true, branch_id: 2 }];
		await run({
			...{ resource: 'lesson', operation: 'complete', branchId: 1, id: asExpression(lesson?.id) },
			...{ details: { values: visitors }, additionalFields: { room_id: byName('Мансарда') } },
		});
		expect(school.readJournal('lesson/teach').at(-1)?.body).toMatchObject({ room_id: rooms[0] });
	});
});

it.each([
	{ resource: 'referenceList', list: 'payAccount' },
	{ resource: 'message', kind: 'smsMessage', filters: { user_id: byName('Администратор') } },
])('%j takes names', async (parameters) => {
	await run({ ...parameters, operation: 'getAll', branchId: byName('Северный') } as INodeParameters);
	expect(school.sandbox.journal.at(-1)?.path).toMatch(/^\/v2api\/2\//);
});

it('a teacher who left is not meant by a name that another one has', async () => {
	const [, active] = ['2020-12-31', '2030-12-31'].map((e_date) =>
		addRecord('teacher', { name: 'Лисов Лев', e_date, branch_ids: [1] }),
	);
	const filters = { teacher_id: byName('Лисов Лев') };
	await run({ resource: 'lesson', operation: 'getAll', branchId: 1, filters });
	expect(school.readJournal('lesson/index').at(-1)?.body).toMatchObject({ teacher_id: active });
});

describe('a name', () => {
	it('that two active ones have is refused with their IDs', async () => {
		const twin = addRecord('lead-status', { name: STAGE, is_enabled: 1, pipeline_id: 2 });
		const { message, description } = await expectRefused(with_({ lead_status_id: STAGE }));
		expect(message).toBe(`'Stage' is "${STAGE}", and 2 stages are called that`);
		expect(description).toBe(
			`Give the ID of the one that is meant: ${STAGE} (${twin}), ${STAGE} (${String(stageId())}). Nothing was saved.`,
		);
	});

	it('means the active one of two, and the inactive one where there is no other', async () => {
		const active = addRecord('lead-source', { name: 'Листовки', is_enabled: 1 });
		addRecord('lead-source', { name: 'Листовки', is_enabled: 0 });
		const old = addRecord('lead-source', { name: 'Газета', is_enabled: 0 });
		for (const [name, id] of [
			['Листовки', active],
			['Газета', old],
		] as const) {
			const [made] = await run(with_({ lead_source_id: name }));
			expect(readRecord('customer', made.id)).toMatchObject({ lead_source_id: id });
		}
	});

	it('of a long list is answered with the first twenty', async () => {
		for (let count = 0; count < 30; count++)
			addRecord('lead-source', { name: `Сайт ${count}`, is_enabled: 1 });
		const { description } = await expectRefused(with_({ lead_source_id: 'Радио' }));
		const listed = readRecords('lead-source').filter(({ is_enabled }) => is_enabled === 1).length;
		expect(description).toMatch(
			new RegExp(`^There are: (.* \\(\\d+\\), ){19}.* \\(\\d+\\) and ${listed - 20} more\\. `),
		);
	});

	it('of a record in another branch is none in this one', async () => {
		addRecord('room', { name: 'Мансарда', branch_id: 2, is_enabled: 1 });
		const lesson = { resource: 'lesson', operation: 'getAll', filters: { room_ids: ['Мансарда'] } };
		expect((await expectRefused({ ...lesson, branchId: 1 })).message).toContain('no room is called that');
		await run({ ...lesson, branchId: 2 });
	});

	it('that none has may be that of one which AlfaCRM counts and does not show', async () => {
		school.sandbox.store.hide('lead-status', 5, 'counted');
		await run(with_({ lead_status_id: STAGE }));
		const { description } = await expectRefused(
			with_({ lead_status_id: String(readRecord('lead-status', 5).name) }),
		);
		expect(description).toContain('. AlfaCRM counts some that it does not show. Nothing was saved.');
	});
});

it('no text is taken for fields, even if it looks like them', async () => {
	const comment = JSON.stringify({ user_id: 'Кто-то' });
	for (const text of [comment, asExpression(comment)])
		await run({
			resource: 'customer',
			operation: 'addComment',
			branchId: 1,
			id: 1,
			comment: text,
			skipIfThere: false,
		});
	expect(
		readRecords('communication')
			.slice(-2)
			.map((one) => one.comment),
	).toEqual([comment, comment]);
});

describe('several names', () => {
	const teachers = () =>
		readRecords('teacher').filter(({ branch_ids }) => (branch_ids as number[]).includes(1));
	const filtered = async (teacher_ids: unknown) => {
		school.sandbox.clearJournal();
		await run({
			...{ resource: 'customer', operation: 'update', branchId: 1, id: 1 },
			updateFields: { teacher_ids } as INodeParameters,
		});
		return (school.readJournal('customer/update')[0].body as { teacher_ids: unknown }).teacher_ids;
	};

	it('may stand in a list, in a text with commas or in JSON, with IDs among them', async () => {
		const [one, other] = teachers();
		const ids = [one.id, other.id];
		const [first, second] = [String(one.name), String(other.name)];
		for (const value of [
			...[[first, second], [first, other.id], `${first}, ${second}`, `${first}, ${String(other.id)}`],
			...[JSON.stringify([first, second]), [`${first}, ${second}`]],
		])
			expect([value, await filtered(value)]).toEqual([value, ids]);
		expect(await filtered([`${String(one.id)}, ${String(other.id)}`])).toEqual(ids);
	});

	it('may be typed where one is picked', async () => {
		const [one, other] = teachers();
		const value = `${String(one.name)}, ${String(other.name)}`;
		for (const mode of ['name', 'id']) {
			const teacher_ids = { __rl: true, mode, value };
			await run({ resource: 'customer', operation: 'assignTeachers', branchId: 1, id: 1, teacher_ids });
			const { teacher_ids: held } = readRecord('customer', 1);
			expect([...(held as number[])].sort()).toEqual([one.id, other.id]);
			changeRecord('customer', 1, { teacher_ids: [] });
		}
	});

	it('may hold a comma', async () => {
		const id = addRecord('teacher', { name: 'Орлова, Анна', branch_ids: [1] });
		expect(await filtered(['Орлова, Анна'])).toEqual([id]);
		expect(await filtered('орлова,  анна')).toEqual([id]);
	});
});

it('each list is read once for all items and for their names in the output', async () => {
	const { json } = await runToEnd(
		{
			...{ resource: 'customer', operation: 'getAll', branchId: '={{ $json.branch }}', limit: 3 },
			filters: { lead_status_id: '={{ $json.stage }}' },
			...{ is_study: 0, simplify: false },
		},
		{ items: Array.from({ length: 6 }, () => ({ branch: 'Центральный', stage: 'Новый' })) },
	);
	expect(json.length).toBeGreaterThan(0);
	expect([asked('branch'), asked('lead-status')]).toEqual([1, 1]);
});

describe('in the editor', () => {
	const search = async (method: string, parameters: INodeParameters, typed?: string) =>
		(await school.engine.searchPicker(method, parameters, typed)).results.map(({ name }) => name);

	it('a list shows what holds the typed text', async () => {
		changeRecord('room', 1, { name: 'Зелёный зал' });
		expect(await search('rooms', { branchId: 1 }, 'зелен')).toEqual(['Зелёный зал']);
		expect((await search('rooms', { branchId: 1 })).length).toBeGreaterThan(1);
	});

	it.each<[string, unknown]>([
		['picked', { __rl: true, mode: 'list', value: 2 }],
		['given by its name', byName('северный')],
	])('a list is that of the branch that is %s', async (_how, branchId) => {
		const own = addRecord('room', { name: 'Мансарда', branch_id: 2, is_enabled: 1 });
		expect(own).toBeGreaterThan(0);
		expect(await search('rooms', { branchId: branchId as string })).toContain('Мансарда');
	});
});
