import type { IDataObject, INodeParameters, INodePropertyModeValidation } from 'n8n-workflow';

import { customer as customerEntity } from '../../nodes/AlfaCrm/entities/customer';
import { formOf } from '../support/form';
import { recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/** Operations about one customer who is named by a key instead of the ID, and without a branch. */
const school = useSchool({ customers: 30 });
const {
	addRecord,
	addLead,
	changeRecord,
	expectRefusedUnsent,
	readRecords,
	run,
	changeSettings,
	expectRefused,
	runToEnd,
} = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const EMAIL = 'mia@example.org';
const by = (mode: string, value: unknown): INodeParameters => ({
	__rl: true,
	mode,
	value: value as string,
});
const job = (operation: string, id: unknown, more: object = {}): INodeParameters =>
	({
		...{ resource: 'customer', operation, branchId: 1, id, additionalFields: {} },
		...more,
	}) as INodeParameters;
const pay = (id: unknown, more: object = {}) =>
	job('takePayment', id, { income: 500, pay_account_id: 1, ...more });
const payments = (id: number) => readRecords('pay').filter((one) => one.customer_id === id);
const client = (more: IDataObject = {}) => addLead({ is_study: 1, phone: [PHONE], ...more });
/** Leaves the account with so many branches. */
function leave(count: number) {
	for (const { id } of readRecords('branch').slice(count))
		school.sandbox.store.remove('branch', id as number);
	while (readRecords('branch').length < count) addRecord('branch', { name: 'Ещё один', is_active: 1 });
}

/** Every operation that names its customer, with what it needs besides, and whether what comes of it shows. */
const OPERATIONS: Record<string, object> = {
	addComment: { comment: 'Звонили' },
	addToGroup: { group_id: recordWithId(1) },
	archive: {},
	assignManager: { assigned_id: recordWithId(4) },
	assignTeachers: { teacher_ids: recordWithId(2) },
	changeBonus: { change: 'bonus-add', amount: 10, note: 'За друга' },
	convertToClient: {},
	createTask: { title: 'Перезвонить' },
	get: {},
	getCalendar: { date1: '2026-02-01', date2: '2026-02-28' },
	moveToStage: { lead_status_id: recordWithId(2) },
	reject: { lead_reject_id: recordWithId(1) },
	removeFromGroup: { group_id: recordWithId(1) },
	sellSubscription: { tariff_id: 1 },
	takePayment: { income: 500, pay_account_id: 1 },
	unarchive: {},
	update: { updateFields: { note: 'Новое' } },
};
const KEYS: Array<[mode: string, value: unknown]> = [
	['phone', '8 900 555 00 01'],
	['phone', 79005550001],
	['email', ' MIA@Example.ORG '],
	['custom', 'custom_dogovor=Д-900'],
];

describe('the customer of an operation', () => {
	it('is offered by ID and by each key that one value is enough for', () => {
		const keys = (customerEntity.match?.keys ?? []).filter(({ fields }) => fields.length < 2);
		const modesByKey = keys.map(({ fields: [field = 'custom'] }) => field).filter((name) => name !== 'id');
		for (const operation of Object.keys(OPERATIONS)) {
			const id = formOf({ resource: 'customer', operation }).find(({ name }) => name === 'id');
			expect(id?.modes?.slice(0, 3).map(({ name }) => name)).toEqual(['list', 'id', 'url']);
			const byKey = Object.fromEntries((id?.modes ?? []).slice(3).map((mode) => [mode.name, mode]));
			expect(Object.keys(byKey)).toEqual(modesByKey);
			expect(byKey).toMatchObject({
				phone: { displayName: 'By Phone', placeholder: 'e.g. +7(900)000-22-33', hint: 'In any format' },
				email: { displayName: 'By Email', placeholder: 'e.g. name@example.org' },
				custom: { displayName: 'By Custom Field', placeholder: 'e.g. custom_crm_id=1042' },
			});
			const [validation] = byKey.custom.validation as INodePropertyModeValidation[];
			const { regex, errorMessage } = validation.properties as Record<string, string>;
			// As n8n's editor tells it, and its engine before a run.
			const isTaken = (text: string) => new RegExp(`^${regex}$`).test(text);
			expect(['custom_crm_id=1042', ' custom_a = Школа 7\n'].every(isTaken)).toBe(true);
			expect(['custom_crm_id=', 'crm_id=1042', '1042', ''].some(isTaken)).toBe(false);
			expect(errorMessage).toContain('custom_crm_id=1042');
		}
	});

	// What is deleted is not looked for: the second run would find somebody else with that phone.
	it('is deleted by ID alone, and no digits of a phone are taken for one', async () => {
		const id = formOf({ resource: 'customer', operation: 'delete' }).find(({ name }) => name === 'id');
		expect(id?.modes?.map(({ name }) => name)).toEqual(['list', 'id', 'url']);
		const five = addLead();
		await expectRefusedUnsent(
			job('delete', by('phone', String(five))),
			"'Customer' must be the number of a record",
		);
		await expectRefusedUnsent(
			{ resource: 'group', operation: 'get', branchId: 1, id: by('phone', '1') },
			"'Group' must be the number of a record",
		);
		const payment = {
			resource: 'pay',
			operation: 'createCorrection',
			branchId: 1,
			income: 5,
			document_date: '2026-02-10',
		};
		await expectRefusedUnsent(
			{ ...payment, pay_type_id: 2, pay_account_id: 1, customer_id: by('phone', String(five)) },
			"'Customer' must be the number of a record",
		);
		const offered = await school.engine.searchPicker(
			'customerSubscriptions',
			pay(by('phone', String(five))),
			'',
			'',
		);
		expect(offered.results).toEqual([{ name: "Choose 'Customer' first, or give an ID", value: '' }]);
	});

	const FOUND = { phone: [PHONE], email: [EMAIL], custom_dogovor: 'Д-900' };
	const OTHER = { phone: ['+7(900)555-00-02'], email: ['other@example.org'], custom_dogovor: 'Д-9001' };

	it.each(Object.entries(OPERATIONS))(
		'of %s is found by a key, which does what the ID does',
		async (operation, more) => {
			addLead(OTHER);
			const id = addLead(FOUND);
			const before = school.sandbox.snapshot();
			const outcome = async (named: INodeParameters) => {
				school.sandbox.restore(before);
				const { json, error } = await runToEnd(job(operation, named, more));
				return withoutTimes([error?.message, json, school.sandbox.changes(before)]);
			};
			const wanted = await outcome(recordWithId(id));
			for (const [mode, value] of operation === 'update' ? KEYS : KEYS.slice(0, 1))
				expect(await outcome(by(mode, value))).toEqual(wanted);
		},
	);
});

describe('an empty Branch of an operation about one customer', () => {
	const EMPTY_BRANCH = { branchId: '' };

	it.each([2, 3])('is that of the card, in an account with %i branches', async (count) => {
		leave(count);
		const last = Number(readRecords('branch').at(-1)?.id);
		const id = client({ branch_ids: [last] });
		for (const named of [by('phone', PHONE), recordWithId(id)]) {
			const { json, hints, error } = await runToEnd(pay(named, { ...EMPTY_BRANCH, income: 500 }));
			expect(error).toBeUndefined();
			expect(json).toMatchObject([{ customer_id: id, branch_id: last }]);
			expect(hints.join()).not.toContain("'Branch' is empty");
		}
		expect(payments(id)).toHaveLength(1);
		expect(await run(job('getOverview', recordWithId(id), { ...EMPTY_BRANCH, matchBy: 'id' }))).toMatchObject(
			[{ id }],
		);
		const find = { ...job('find', undefined, EMPTY_BRANCH), matchBy: 'phone', phone: PHONE };
		expect(await run(find)).toMatchObject([{ id }]);
	});

	it.each(Object.entries(OPERATIONS))(
		'does for %s what the branch of the card does',
		async (operation, more) => {
			leave(3);
			const last = Number(readRecords('branch').at(-1)?.id);
			const id = client({ is_study: 0, branch_ids: [last] });
			const before = school.sandbox.snapshot();
			const outcome = async (branchId: unknown, named = by('phone', PHONE)) => {
				school.sandbox.restore(before);
				const { json, error } = await runToEnd(job(operation, named, { ...more, branchId }));
				return withoutTimes([error?.message ?? '', json, school.sandbox.changes(before)]);
			};
			const wanted = await outcome(last);
			expect(await outcome('')).toEqual(wanted);
			expect(await outcome('', recordWithId(id))).toEqual(wanted);
		},
	);

	it('of a card in several branches is refused for a payment alone, with those to choose from', async () => {
		leave(3);
		const id = client({ branch_ids: [1, 2] });
		for (const named of [by('phone', PHONE), recordWithId(id)]) {
			const { message, description } = await expectRefused(pay(named, EMPTY_BRANCH));
			expect(message).toBe(`Customer ${id} is in the branches 1, 2, and 'Branch' is empty`);
			expect(description).toBe("Choose one of them in 'Branch of Payment'. Nothing was saved.");
		}
		const placed = { ...EMPTY_BRANCH, additionalFields: { branch_id: recordWithId(2) } };
		expect(await run(pay(by('phone', PHONE), placed))).toMatchObject([{ branch_id: 2 }]);
		expect(
			await run(job('addComment', by('phone', PHONE), { ...EMPTY_BRANCH, comment: 'Звонили' })),
		).toMatchObject([{ operationResult: 'created' }]);
	});

	it('is no reason to fail where one branch may not be read, and says which one it was', async () => {
		leave(3);
		const id = client({ branch_ids: [3] });
		changeSettings({ forbiddenBranches: [1] });
		for (const named of [by('phone', PHONE), recordWithId(id)]) {
			const { json, hints } = await runToEnd(job('get', named, EMPTY_BRANCH));
			expect(json).toMatchObject([{ id }]);
			expect(hints.join()).toContain('This user may not see all branches');
		}
		for (const more of [
			{ operation: 'find', matchBy: 'phone', phone: PHONE },
			{ operation: 'getOverview', matchBy: 'phone', phone: PHONE },
			{ operation: 'getOverview', matchBy: 'id', id: recordWithId(id) },
		])
			expect(await run({ resource: 'customer', ...more })).toMatchObject([{ id }]);
	});

	it('is refused where nobody can tell the branch', async () => {
		leave(2);
		const WORDS = "'Branch' is empty, and AlfaCRM shows 2 branches of the account";
		for (const more of [
			{ operation: 'create', name: 'Мия' },
			{ operation: 'getAll' },
			{ operation: 'upsert', matchBy: 'phone', phone: PHONE },
			{ resource: 'subject', operation: 'create', name: 'Рисование' },
		]) {
			const { message } = await expectRefused({ resource: 'customer', ...more });
			expect(message).toBe(WORDS);
		}
		expect((await expectRefused(job('get', recordWithId(100_500), EMPTY_BRANCH))).message).toBe(
			'AlfaCRM has no customer with ID 100500 in the branches that could be searched',
		);
	});

	it('takes names of what belongs to the branch of the card', async () => {
		leave(2);
		client({ is_study: 0, branch_ids: [2] });
		const stage = addRecord('lead-status', { name: 'Думает', pipeline_id: 1, weight: 1 });
		const move = { ...EMPTY_BRANCH, lead_status_id: by('name', 'думает') };
		expect(await run(job('moveToStage', by('phone', PHONE), move))).toMatchObject([
			{ lead_status_id: stage },
		]);
		changeRecord('branch', 2, { name: 'Север' });
		const named = { branchId: by('name', 'север'), lead_status_id: by('name', 'думает') };
		expect(await run(job('moveToStage', by('phone', PHONE), named))).toMatchObject([
			{ operationResult: 'unchanged' },
		]);
	});
});

/** Stamps of the sandbox may differ by a second. */
const withoutTimes = (value: unknown): unknown =>
	JSON.parse(JSON.stringify(value).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'then'));
