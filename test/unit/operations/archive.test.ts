import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, RECORD_STATUS } from '../../support/codes';
import { makeAnswerError } from '../../support/nodeErrors';
import { customerForm, findByPhoneForm, PHONE, SmallSchool, upsertByPhoneForm } from './school';

/** AlfaCRM gives this last day to every customer who is not archived. */
const OPEN_END = '2030-12-31';
const PAST_DAY = '2024-01-01';
/** The values of a customer who was archived long ago. */
const ARCHIVED = { removed: 1, e_date: PAST_DAY };

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

/** Makes the form of Archive for a customer. */
function archiveForm(id: number): IDataObject {
	return customerForm('archive', { id });
}

/** Makes the form of Restore for a customer. */
function restoreForm(id: number): IDataObject {
	return customerForm('unarchive', { id });
}

/** Makes AlfaCRM's list of archived customers incomplete: each reading shows another customer. */
function makeArchiveListUnstable(): void {
	school.onCall = (call, request) => {
		const isArchiveList = call === 'customer/index' && request.body.removed === RECORD_STATUS.archived;
		return isArchiveList ? school.answerWithUnstableList(request) : undefined;
	};
}

/** Reads the requests for lists of archived records. */
function readArchiveRequests(): unknown[] {
	return school.requests.filter(({ body }) => body.removed === RECORD_STATUS.archived);
}

/** Reads the archive flags that were sent: 1 archives a customer, and 0 restores one. */
function readArchiveFlagsSent(): unknown[] {
	return school.readRequests('customer/update').map(({ body }) => body.removed);
}

describe('Archive and Restore of a customer', () => {
	it('Archive sends the archive flag and returns the name of the field that it has changed', async () => {
		const customer = school.addLead({ e_date: OPEN_END });

		const { json } = await school.run(archiveForm(customer));

		expect(json).toMatchObject([{ operationResult: 'updated', changedFields: ['removed'] }]);
		expect(readArchiveFlagsSent()).toEqual([1]);
	});

	it('Archive changes nothing in a second run', async () => {
		const customer = school.addLead({ e_date: OPEN_END });

		const results = await school.runInTurn(archiveForm(customer), archiveForm(customer));

		expect(results).toBe('updated, unchanged');
		expect(readArchiveFlagsSent()).toEqual([1]);
	});

	it('Restore takes a customer out of the archive, and changes nothing in a second run', async () => {
		const customer = school.addLead({ e_date: OPEN_END });
		await school.run(archiveForm(customer));

		const results = await school.runInTurn(restoreForm(customer), restoreForm(customer));

		expect(results).toBe('updated, unchanged');
		expect(readArchiveFlagsSent()).toEqual([1, 0]);
	});

	it('Archive warns in a hint when AlfaCRM takes the change but shows the customer as active', async () => {
		school.settings.removedWrite = 'ignored';
		const customer = school.addLead({ e_date: OPEN_END });

		const { hints } = await school.run(archiveForm(customer));

		expect(hints).toEqual([
			'AlfaCRM took the change, but shows a customer as active still. Archive it there by hand: customer 1',
		]);
	});

	it('Restore warns in a hint when AlfaCRM takes the change but shows the customer as archived', async () => {
		school.settings.removedWrite = 'ignored';
		const customer = school.addLead(ARCHIVED);

		const { hints } = await school.run(restoreForm(customer));

		expect(hints).toEqual([
			'AlfaCRM took the change, but shows a customer as archived still. Restore it there by hand: customer 1',
		]);
	});

	it.each([
		{ shown: 'the last day 2030-12-31 and no flag', removed: null, e_date: OPEN_END },
		{ shown: 'the flag 0, although the last day has passed', removed: 0, e_date: PAST_DAY },
	])(
		'Restore does not read the archive when the list of active customers shows $shown',
		async ({ removed, e_date }) => {
			const customer = school.addLead({ e_date });
			showInActiveList({ ...school.readRecord('customer', customer), removed });

			await school.run(restoreForm(customer));

			expect(readArchiveRequests()).toEqual([]);
		},
	);

	it('Restore reads the archive when the list of active customers shows a past day and no flag', async () => {
		const customer = school.addLead({ e_date: PAST_DAY });
		showInActiveList({ ...school.readRecord('customer', customer), removed: null });

		await school.runToEnd(restoreForm(customer));

		expect(readArchiveRequests()).not.toEqual([]);
	});

	it('Restore is refused when the list of archived customers, on which it depends, is incomplete', async () => {
		const customer = school.addLead({ e_date: PAST_DAY, removed: undefined });
		makeArchiveListUnstable();

		const { message } = await school.expectRefused(restoreForm(customer));

		expect(message).toContain("AlfaCRM's list of archived customers did not come whole");
	});

	/** Answers a list of customers with one row, unless it is the list of archived customers. */
	function showInActiveList(row: IDataObject): void {
		school.onCall = (call, { body }) => {
			if (call !== 'customer/index' || body.removed === RECORD_STATUS.archived) return undefined;
			return { items: [row], total: 1 };
		};
	}
});

describe.each([
	{ rows: 'without the archive flag', shownFields: [] },
	{ rows: 'with the archive flag', shownFields: ['group.removed'] },
])('Archive and Restore of a group, where lists show rows $rows', ({ shownFields }) => {
	beforeEach(() => {
		school.settings.shownFields = shownFields;
	});

	it('Archive archives a group whose last day has passed, and changes nothing in a second run', async () => {
		const group = addGroup({ removed: 0, e_date: '2025-05-31' });
		const form = customerForm('archive', { resource: 'group', id: group });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readRecord('group', group)).toMatchObject({ removed: 1 });
		expect(school.readWrites()).toEqual(['group/update']);
	});

	it('Restore takes a group out of the archive, and changes nothing in a second run', async () => {
		const group = addGroup({ removed: 1, e_date: '2025-05-31' });
		const form = customerForm('unarchive', { resource: 'group', id: group });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
		expect(school.readRecord('group', group)).toMatchObject({ removed: 0 });
		expect(school.readWrites()).toEqual(['group/update']);
	});

	it('Archive archives a group that Restore has taken out of the archive', async () => {
		const group = addGroup({ removed: 1, e_date: '2025-05-31' });
		await school.run(customerForm('unarchive', { resource: 'group', id: group }));

		await school.run(customerForm('archive', { resource: 'group', id: group }));

		expect(school.readRecord('group', group)).toMatchObject({ removed: 1 });
	});
});

describe('Archive of a group that AlfaCRM does not show afterwards', () => {
	it('Archive says that the group was saved when it cannot read the group afterwards', async () => {
		const group = addGroup();
		school.onCall = (call) => {
			const isReadAfterWrite = call === 'group/index' && school.readWrites().length > 0;
			if (isReadAfterWrite) throw makeAnswerError(403);
			return undefined;
		};

		const { error } = await school.runToEnd(customerForm('archive', { resource: 'group', id: group }));

		expect(error?.description).toContain('Saved before: update group 1.');
		expect(school.readRecord('group', group)).toMatchObject({ removed: 1 });
	});
});

function addGroup(values: IDataObject = {}): number {
	return school.addRecord('group', { name: 'Шахматы Сб', branch_ids: [1], ...values });
}

describe('Create or Update of an active customer', () => {
	it('Create or Update does not read the archive when it finds an active customer', async () => {
		const customer = school.addLead();

		await school.run(customerForm('upsert', { id: customer, matchBy: 'id', fieldsToSet: { note: 'x' } }));

		expect(readArchiveRequests()).toEqual([]);
		// One search in each of the two branches.
		expect(school.calls).toEqual(['branch/index', 'customer/index', 'customer/index', 'customer/update']);
	});
});

describe('Create or Update by phone of an archived customer', () => {
	const HINT_LEFT_IN_ARCHIVE =
		"Archived customers were changed and stay in the archive; 'Restore' brings them back: customer 1";

	beforeEach(() => {
		school.addLead({ id: 1, phone: [PHONE], note: 'a', ...ARCHIVED });
	});

	it.each([
		{ choice: 'left out', options: {} },
		{ choice: 'Update', options: { ifArchived: 'update' } },
	])(
		'Create or Update updates an archived customer and leaves it in the archive when If the Match Is Archived is $choice',
		async ({ options }) => {
			const { json, hints } = await school.run(upsertByPhoneForm({ note: 'b' }, options));

			expect(json).toMatchObject([{ id: 1, operationResult: 'updated', changedFields: ['note'] }]);
			expect(hints).toEqual([HINT_LEFT_IN_ARCHIVE]);
			expect(school.readWrites()).toEqual(['customer/update']);
		},
	);

	it('Create or Update restores and updates an archived customer by one write when Restore and Update is chosen', async () => {
		const { json, hints } = await school.run(upsertByPhoneForm({ note: 'b' }, { ifArchived: 'restore' }));

		expect(json).toMatchObject([{ id: 1, operationResult: 'updated', changedFields: ['removed', 'note'] }]);
		expect(hints).toEqual([]);
		expect(school.readWrites()).toEqual(['customer/update']);
	});

	it('Create or Update leaves an archived customer unchanged when Skip is chosen', async () => {
		const { json, hints } = await school.run(upsertByPhoneForm({ note: 'b' }, { ifArchived: 'skip' }));

		expect(json).toMatchObject([{ id: 1, operationResult: 'skipped', changedFields: [] }]);
		expect(hints).toEqual([]);
		expect(school.readWrites()).toEqual([]);
	});
});

describe('A match of which nobody knows whether it is archived, because the list of the archive is incomplete', () => {
	/** The status of this customer would show only in the list of archived customers. */
	const UNKNOWN_STATUS = { phone: [PHONE], note: 'a', e_date: '2100-01-01' };

	beforeEach(() => {
		school.addLead({ id: 1, ...UNKNOWN_STATUS });
		makeArchiveListUnstable();
	});

	it.each([
		{
			operation: 'Create or Update',
			form: upsertByPhoneForm({ note: 'b' }),
			description: 'Run it again. Nothing was saved.',
		},
		{ operation: 'Find', form: findByPhoneForm(), description: 'Run it again.' },
	])(
		'$operation is refused when it cannot find out whether the match is archived, and names the customer',
		async ({ form, description }) => {
			const error = await school.expectRefused(form);

			expect(error).toMatchObject({
				message:
					"AlfaCRM's list of archived customers did not come whole, so it is not sure whether customer 1 is archived",
				description,
			});
		},
	);

	it('Create or Update is refused although another customer with the phone is certainly active', async () => {
		school.addLead({ phone: [PHONE], e_date: OPEN_END });

		const { message } = await school.expectRefused(upsertByPhoneForm({ note: 'b' }, { ifSeveral: 'newest' }));

		expect(message).toContain('whether customer 1 is archived');
	});
});

describe('Find by the phone of an archived customer', () => {
	beforeEach(() => {
		school.addLead({ id: 1, phone: [PHONE], ...ARCHIVED });
	});

	it('Find returns an archived customer by default', async () => {
		const { json } = await school.run(findByPhoneForm());

		expect(json).toMatchObject([{ id: 1 }]);
	});

	it('Find does not return an archived customer when Include Archived is off', async () => {
		const { json } = await school.run(findByPhoneForm({ archived: false }));

		expect(json).toEqual([]);
	});

	it('Find says that no active customer has the phone when Include Archived is off', async () => {
		const { message } = await school.expectRefused(findByPhoneForm({ archived: false, ifNone: 'refuse' }));

		expect(message).toBe(
			'AlfaCRM has no active customer with this phone in the branches that could be searched',
		);
	});
});

/** n8n runs in Moscow, where it is 21:00 on February 10. In Vladivostok it is 04:00 on February 11. */
describe('A customer who is archived on a day that n8n has not reached', () => {
	const DAY_OF_SCHOOL = '2026-02-11';

	beforeEach(() => {
		jest.useFakeTimers({ now: new Date('2026-02-10T18:00:00Z'), advanceTimers: true });
		school.settings.timeZone = 'Asia/Vladivostok';
	});

	it('Create or Update restores a customer who was archived today when Restore and Update is chosen', async () => {
		const customer = addCustomerArchivedToday();

		const { json } = await school.run(upsertByPhoneForm({ note: 'b' }, { ifArchived: 'restore' }));

		expect(json).toMatchObject([{ id: customer, operationResult: 'updated' }]);
		expect(school.readRecord('customer', customer)).toMatchObject({ note: 'b', e_date: OPEN_END });
	});

	it('Create or Update skips a customer who was archived today when Skip is chosen', async () => {
		const customer = addCustomerArchivedToday();

		const { json } = await school.run(upsertByPhoneForm({ note: 'b' }, { ifArchived: 'skip' }));

		expect(json).toMatchObject([{ operationResult: 'skipped' }]);
		expect(school.readRecord('customer', customer)).toMatchObject({ note: 'a', e_date: DAY_OF_SCHOOL });
	});

	it('Create or Update creates another customer beside one who was archived today when Create a New One is chosen', async () => {
		const customer = addCustomerArchivedToday();

		const { json } = await school.run(
			upsertByPhoneForm({ name: 'Мия', note: 'b' }, { ifArchived: 'create' }),
		);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.readRecord('customer', customer)).toMatchObject({ note: 'a', e_date: DAY_OF_SCHOOL });
	});

	it('Find leaves out the customer who was archived today when Include Archived is off', async () => {
		addCustomerArchivedToday();
		const active = school.addLead({ phone: [PHONE] });

		const { json } = await school.run(findByPhoneForm({ archived: false }));

		expect(json).toMatchObject([{ id: active }]);
	});

	it('Find returns active customers first, then archived ones from the newest to the oldest', async () => {
		const olderArchived = addCustomerArchivedToday();
		const active = school.addLead({ phone: [PHONE] });
		const newerArchived = addCustomerArchivedToday();

		const { json } = await school.run(findByPhoneForm({ ifSeveral: 'all' }));

		expect(json).toMatchObject([{ id: active }, { id: newerArchived }, { id: olderArchived }]);
	});

	it('Create or Update updates an active customer, although one who was archived today has the same phone', async () => {
		addCustomerArchivedToday();
		const active = school.addLead({ phone: [PHONE] });

		const { json } = await school.run(upsertByPhoneForm({ note: 'b' }));

		expect(json).toMatchObject([{ id: active, operationResult: 'updated' }]);
	});

	it('Archive changes nothing when the customer is archived already', async () => {
		const customer = addCustomerArchivedToday();

		const results = await school.runInTurn(archiveForm(customer));

		expect(results).toBe('unchanged');
	});

	it('Restore takes the customer out of the archive, and changes nothing in a second run', async () => {
		const customer = addCustomerArchivedToday();

		const results = await school.runInTurn(restoreForm(customer), restoreForm(customer));

		expect(results).toBe('updated, unchanged');
	});

	it('Archive gives no hint when AlfaCRM answers with a day that n8n has not reached', async () => {
		const customer = school.addLead({ e_date: OPEN_END });

		const { json, hints } = await school.run(archiveForm(customer));

		expect(json).toMatchObject([{ operationResult: 'updated' }]);
		expect(hints).toEqual([]);
		expect(school.readRecord('customer', customer)).toMatchObject({ e_date: DAY_OF_SCHOOL });
	});

	/** Adds a customer whose last day is today by the calendar of the school. */
	function addCustomerArchivedToday(): number {
		return school.addLead({ phone: [PHONE], e_date: DAY_OF_SCHOOL, note: 'a' });
	}
});

/** n8n runs in Moscow, where it is 01:00 on February 11. In New York it is 17:00 on February 10. */
describe('A customer who leaves tomorrow by the calendar of the school', () => {
	let customer: number;

	beforeEach(() => {
		jest.useFakeTimers({ now: new Date('2026-02-10T22:00:00Z'), advanceTimers: true });
		school.settings.timeZone = 'America/New_York';
		customer = school.addLead({ phone: [PHONE], e_date: '2026-02-11' });
	});

	it('Create or Update updates a customer who leaves tomorrow, although Create a New One is chosen for archived ones', async () => {
		const { json } = await school.run(upsertByPhoneForm({ note: 'b' }, { ifArchived: 'create' }));

		expect(json).toMatchObject([{ id: customer, operationResult: 'updated' }]);
	});

	it('Find returns a customer who leaves tomorrow when Include Archived is off', async () => {
		const { json } = await school.run(findByPhoneForm({ archived: false }));

		expect(json).toMatchObject([{ id: customer }]);
	});
});

describe('An active customer after 2030-12-31, the day that stands for "not archived"', () => {
	let customer: number;

	beforeEach(() => {
		jest.useFakeTimers({ now: new Date('2031-05-01T09:00:00Z'), advanceTimers: true });
		customer = school.addLead({ phone: [PHONE], e_date: OPEN_END });
	});

	it.each([
		{ choice: 'Create a New One', ifArchived: 'create' },
		{ choice: 'Skip', ifArchived: 'skip' },
		{ choice: 'Restore and Update', ifArchived: 'restore' },
	])(
		'Create or Update updates an active customer after 2030-12-31 when If the Match Is Archived is $choice',
		async ({ ifArchived }) => {
			const { json } = await school.run(upsertByPhoneForm({ note: 'b' }, { ifArchived }));

			expect(json).toMatchObject([{ id: customer, operationResult: 'updated', changedFields: ['note'] }]);
		},
	);

	it('Find returns an active customer after 2030-12-31 when Include Archived is off', async () => {
		const { json } = await school.run(findByPhoneForm({ archived: false }));

		expect(json).toMatchObject([{ id: customer }]);
	});

	it('Restore leaves an active customer unchanged after 2030-12-31 and says so in a hint', async () => {
		const { json, hints } = await school.run(restoreForm(customer));

		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(hints).toEqual(['Nothing of this customer had to be changed: customer 1']);
	});
});

describe('Reject Lead', () => {
	const REASON = 1;

	it('Reject Lead saves the reason, and changes nothing in a second run', async () => {
		const customer = school.addLead();

		const results = await school.runInTurn(rejectForm(customer, false), rejectForm(customer, false));

		expect(results).toBe('updated, unchanged');
		expect(school.readRecord('customer', customer)).toMatchObject({ lead_reject_id: REASON });
	});

	// An expression may give the choice as a text.
	it.each([true, 'true'])(
		'Reject Lead only archives a lead that has the reason already when Archive Too is %j',
		async (archiveToo) => {
			const customer = school.addLead({ lead_reject_id: REASON });

			const results = await school.runInTurn(rejectForm(customer, archiveToo));

			expect(results).toBe('updated');
			expect(readUpdates()).toEqual([{ removed: 1 }]);
		},
	);

	it('Reject Lead with Archive Too changes nothing in a second run', async () => {
		const customer = school.addLead();

		const results = await school.runInTurn(rejectForm(customer, true), rejectForm(customer, true));

		expect(results).toBe('updated, unchanged');
	});

	it.each([false, 0, 'false', '0'])(
		'Reject Lead leaves an archived lead in the archive when Archive Too is %j',
		async (archiveToo) => {
			const customer = school.addLead(ARCHIVED);

			const results = await school.runInTurn(rejectForm(customer, archiveToo));

			expect(results).toBe('updated');
			expect(readUpdates()).toEqual([{ lead_reject_id: REASON }]);
			expect(school.readRecord('customer', customer)).toMatchObject({ e_date: PAST_DAY });
		},
	);

	it('Reject Lead refuses a client', async () => {
		const customer = school.addLead({ is_study: CUSTOMER_TYPE.client });

		const error = await school.expectRefused(rejectForm(customer, false));

		expect(error).toMatchObject({
			message: 'Customer 1 is a client, not a lead',
			description: 'Nothing was saved.',
		});
	});

	/** Makes the form of Reject Lead with the choice of Archive Too. */
	function rejectForm(id: number, archiveToo: unknown): IDataObject {
		const additionalFields = { removed: archiveToo } as IDataObject;
		return customerForm('reject', { id, lead_reject_id: REASON, additionalFields });
	}

	/** Reads the fields that were sent in each change of a customer. */
	function readUpdates(): IDataObject[] {
		return school.readRequests('customer/update').map(({ body }) => body);
	}
});
