import type { IDataObject } from 'n8n-workflow';

import type { SentRequest } from '../apiSupport';
import { customerForm, PHONE, SmallSchool } from './school';

const FIRST_NEW_PHONE = '+7(900)555-00-02';
const SECOND_NEW_PHONE = '+7(900)555-00-03';
const PHONE_BY_HAND = '+7(900)555-00-09';
const EMAIL = 'b@school.example';

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
	for (let id = 1; id <= 5; id++) {
		school.addRecord('teacher', { name: `Учитель ${id}`, branch_ids: [1] });
	}
});

const upsertByPhone = (fieldsToSet: IDataObject) =>
	customerForm('upsert', { matchBy: 'phone', phone: PHONE, fieldsToSet });

const upsertByContract = (contract: string, fieldsToSet: IDataObject) =>
	customerForm('upsert', {
		matchBy: 'customField',
		matchField: 'custom_dogovor',
		matchValue: contract,
		fieldsToSet,
	});

const upsertByEmail = (email: string, fieldsToSet: IDataObject) =>
	customerForm('upsert', { matchBy: 'email', email, fieldsToSet, options: { searchBranches: [1] } });

const assignTeacher = (id: number, teacher: number) =>
	customerForm('assignTeachers', { id, listMode: 'add', teacher_ids: [teacher] });

/** Runs one execution with a form for each item, and returns the output. */
async function runItems(...forms: IDataObject[]): Promise<IDataObject[]> {
	const { json } = await school.run({}, { parametersByItem: forms });
	return json;
}

/** Lets the staff change something in AlfaCRM once the first update is answered, before the next call. */
function actAfterFirstUpdate(act: () => void): void {
	let wasUpdated = false;
	let hasActed = false;
	school.onCall = (call) => {
		if (wasUpdated && !hasActed) {
			hasActed = true;
			act();
		}
		wasUpdated ||= call === 'customer/update';
		return undefined;
	};
}

/** Tells whether a request reads the first page of the customers, without a search. */
const readsFirstPageOfAll = ({ body }: SentRequest) =>
	!('email' in body) && !('id' in body) && body.page === 0;

describe('an item after the staff has changed its customer between two items', () => {
	it('keeps a phone that the staff has added, when it finds the customer by phone', async () => {
		const id = school.addLead({ phone: [PHONE] });
		actAfterFirstUpdate(() => school.changeRecord('customer', id, { phone: [PHONE, PHONE_BY_HAND] }));

		await runItems(upsertByPhone({ phone: [FIRST_NEW_PHONE] }), upsertByPhone({ phone: [SECOND_NEW_PHONE] }));

		expect(school.readRecord('customer', id).phone).toContain(PHONE_BY_HAND);
	});

	it('keeps a phone that the staff has added, when it finds the customer by a custom field', async () => {
		school.addLead({ custom_dogovor: 'A-1' });
		const id = school.addLead({ custom_dogovor: 'A-2', phone: [PHONE] });
		actAfterFirstUpdate(() => school.changeRecord('customer', id, { phone: [PHONE, PHONE_BY_HAND] }));

		await runItems(
			upsertByContract('A-1', { phone: [FIRST_NEW_PHONE] }),
			upsertByContract('A-2', { phone: [SECOND_NEW_PHONE] }),
		);

		expect(school.readRecord('customer', id).phone).toEqual([PHONE, PHONE_BY_HAND, SECOND_NEW_PHONE]);
	});

	it('keeps a teacher whom the staff has assigned, when it assigns another one', async () => {
		const id = school.addLead({ teacher_ids: [] });
		actAfterFirstUpdate(() => school.changeRecord('customer', id, { teacher_ids: [1, 5] }));

		await runItems(assignTeacher(id, 1), assignTeacher(id, 2));

		expect(school.readRecord('customer', id).teacher_ids).toEqual([1, 5, 2]);
	});

	it('creates a customer when the staff has taken the phone off the card', async () => {
		const id = school.addLead({ phone: [PHONE], name: 'Мать' });
		actAfterFirstUpdate(() => school.changeRecord('customer', id, { phone: [PHONE_BY_HAND] }));

		const customers = await runItems(
			upsertByPhone({ name: 'Сын', note: 'a' }),
			upsertByPhone({ name: 'Сын', note: 'b' }),
		);

		expect(customers[1].operationResult).toBe('created');
		expect(school.readRecord('customer', id)).toMatchObject({ phone: [PHONE_BY_HAND], note: 'a' });
	});

	it('finds the customer whom the staff has entered', async () => {
		school.addLead({ custom_dogovor: 'A-1' });
		actAfterFirstUpdate(() => {
			school.addLead({ custom_dogovor: 'A-2', name: 'Рука' });
		});

		const customers = await runItems(
			upsertByContract('A-1', { name: 'N', note: 'x' }),
			upsertByContract('A-2', { name: 'N', note: 'x' }),
		);

		expect(customers).toMatchObject([
			{ id: 1, operationResult: 'updated' },
			{ id: 2, operationResult: 'updated' },
		]);
		expect(school.readRecords('customer')).toHaveLength(2);
	});
});

// AlfaCRM ignores the filter by email. The first item finds that out, and the list is read for all items.
describe('items whose customers come from one list that is read for all of them', () => {
	let id: number;

	beforeEach(() => {
		school.settings.ignoredFilters = ['customer.email'];
		for (let n = 0; n < 20; n++) {
			school.addLead({ email: [`guest${n}@school.example`] });
		}
		id = school.addLead({ email: [EMAIL], phone: [PHONE] });
		actAfterFirstUpdate(() => school.changeRecord('customer', id, { phone: [PHONE, PHONE_BY_HAND] }));
	});

	it('keep a phone that the staff has added since the list was read', async () => {
		const customers = await runItems(
			upsertByEmail('guest0@school.example', {}),
			upsertByEmail('guest1@school.example', { note: 'x' }),
			upsertByEmail(EMAIL, { phone: [FIRST_NEW_PHONE] }),
			upsertByEmail(EMAIL, { phone: [FIRST_NEW_PHONE] }),
		);

		expect(customers).toMatchObject([
			{ operationResult: 'unchanged' },
			{ operationResult: 'updated' },
			{ operationResult: 'updated' },
			{ operationResult: 'unchanged' },
		]);
		expect(school.readRecord('customer', id).phone).toEqual([PHONE, PHONE_BY_HAND, FIRST_NEW_PHONE]);
	});

	it('read the list once', async () => {
		await runItems(
			upsertByEmail('guest0@school.example', {}),
			upsertByEmail('guest1@school.example', { note: 'x' }),
			upsertByEmail(EMAIL, { phone: [FIRST_NEW_PHONE] }),
		);

		const readings = school.readRequests('customer/index').filter(readsFirstPageOfAll);
		expect(readings).toHaveLength(1);
	});
});
