import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { customer as entity } from '../../nodes/AlfaCrm/entities/customer';
import { formOf } from '../support/form';
import { askedOfModel, callTool, fromAi, toolContext } from './support/agentTool';
import { Engine } from './support/engine';
import { EMPTY, given, NULL, officeOf, OPEN_END, pick } from './support/office';
import { useSchool } from './support/school';

/** Operations about one customer who is named by a key instead of the ID, and without a branch. */
const school = useSchool({ customers: 30 });
const { add, customer, lead, patch, refused, row, rows, run, set, stopped, whole, writes } = officeOf(school);

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
const pay = (id: unknown, more: object = {}) => job('takePayment', id, { income: 500, pay_account_id: 1, ...more });
const payments = (id: number) => rows('pay').filter((one) => one.customer_id === id);
const client = (more: IDataObject = {}) => lead({ is_study: 1, phone: [PHONE], ...more });
/** Leaves the account with so many branches. */
function leave(count: number) {
	for (const { id } of rows('branch').slice(count)) school.sandbox.store.remove('branch', id as number);
	while (rows('branch').length < count) add('branch', { name: 'Ещё один', is_active: 1 });
}

/** Every operation that names its customer, with what it needs besides, and whether what comes of it shows. */
const OPERATIONS: Record<string, object> = {
	addComment: { comment: 'Звонили' },
	addToGroup: { group_id: pick(1) },
	archive: {},
	assignManager: { assigned_id: pick(4) },
	assignTeachers: { teacher_ids: pick(2) },
	changeBonus: { change: 'bonus-add', amount: 10, note: 'За друга' },
	convertToClient: {},
	createTask: { title: 'Перезвонить' },
	get: {},
	getCalendar: { date1: '2026-02-01', date2: '2026-02-28' },
	moveToStage: { lead_status_id: pick(2) },
	reject: { lead_reject_id: pick(1) },
	removeFromGroup: { group_id: pick(1) },
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
		for (const operation of Object.keys(OPERATIONS)) {
			const id = formOf({ resource: 'customer', operation }).find(({ name }) => name === 'id');
			expect(id?.modes).toMatchObject([
				{ name: 'list' },
				{ name: 'id' },
				{ name: 'url' },
				{ name: 'phone', displayName: 'By Phone', placeholder: 'e.g. +7(900)000-22-33' },
				{ name: 'email', displayName: 'By Email', placeholder: 'e.g. name@example.org' },
				{ name: 'custom', displayName: 'By Custom Field', placeholder: 'e.g. custom_crm_id=1042' },
			]);
		}
	});

	// What is deleted is not looked for: the second run would find somebody else with that phone.
	it('is deleted by ID alone, and no digits of a phone are taken for one', async () => {
		const id = formOf({ resource: 'customer', operation: 'delete' }).find(({ name }) => name === 'id');
		expect(id?.modes?.map(({ name }) => name)).toEqual(['list', 'id', 'url']);
		const five = lead();
		await refused(job('delete', by('phone', String(five))), "'Customer' must be the number of a record");
		await refused(
			{ resource: 'group', operation: 'get', branchId: 1, id: by('phone', '1') },
			"'Group' must be the number of a record",
		);
	});

	it.each(Object.entries(OPERATIONS))('of %s is found by each key', async (operation, more) => {
		for (const [mode, value] of KEYS) {
			school.sandbox.reset();
			school.engine.credentials.stored.token = '';
			const values = { phone: [PHONE], email: [EMAIL], custom_dogovor: 'Д-900' };
			lead({ phone: ['+7(900)555-00-02'], email: ['other@example.org'], custom_dogovor: 'Д-9001' });
			const id = lead(values);
			const before = school.sandbox.snapshot();
			const named = await whole(job(operation, by(mode, value), more));
			expect(named.error).toBeUndefined();
			const changed = school.sandbox.changes(before);
			// The very same comes of the ID.
			school.sandbox.reset();
			school.engine.credentials.stored.token = '';
			lead({ phone: ['+7(900)555-00-02'], email: ['other@example.org'], custom_dogovor: 'Д-9001' });
			expect(lead(values)).toBe(id);
			const again = school.sandbox.snapshot();
			const numbered = await whole(job(operation, pick(id), more));
			expect(withoutTimes(named.json)).toEqual(withoutTimes(numbered.json));
			expect(withoutTimes(changed)).toEqual(withoutTimes(school.sandbox.changes(again)));
		}
	});
});

/** Stamps of the sandbox may differ by a second. */
const withoutTimes = (value: unknown): unknown =>
	JSON.parse(JSON.stringify(value).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'then'));
