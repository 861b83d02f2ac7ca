import type { IDataObject } from 'n8n-workflow';

import type { SentRequest } from '../apiSupport';
import { customerForm, PHONE, SmallSchool, upsertByPhoneForm } from './school';

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

/** Fills the form of Create or Update by the number of the contract, which a custom field has. */
function upsertByContractForm(contract: string, fieldsToSet: IDataObject): IDataObject {
	return customerForm('upsert', {
		matchBy: 'customField',
		matchField: 'custom_dogovor',
		matchValue: contract,
		fieldsToSet,
	});
}

/** Fills the form of Create or Update by email, in branch 1 alone. */
function upsertByEmailForm(email: string, fieldsToSet: IDataObject): IDataObject {
	return customerForm('upsert', {
		matchBy: 'email',
		email,
		fieldsToSet,
		options: { searchBranches: [1] },
	});
}

/** Fills the form of Assign Teachers, which adds a teacher to those of a customer. */
function assignTeacherForm(customer: number, teacher: number): IDataObject {
	return customerForm('assignTeachers', { id: customer, listMode: 'add', teacher_ids: [teacher] });
}

/** Runs one execution with a form for each item, and returns the output. */
async function runItems(...forms: IDataObject[]): Promise<IDataObject[]> {
	const { json } = await school.run({}, { parametersByItem: forms });
	return json;
}

/** Makes the staff change something in AlfaCRM after the first update, just before the next call is answered. */
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

/** Tells whether a request asks for the first page of all customers: it has no filter. */
function isFirstPageOfAllCustomers({ body }: SentRequest): boolean {
	const hasFilter = 'email' in body || 'id' in body;
	return body.page === 0 && !hasFilter;
}

describe('an item after the staff has changed its customer between two items', () => {
	it('Create or Update by phone keeps a phone that the staff has added between two items of the execution', async () => {
		const id = school.addLead({ phone: [PHONE] });
		actAfterFirstUpdate(() => school.changeRecord('customer', id, { phone: [PHONE, PHONE_BY_HAND] }));

		await runItems(
			upsertByPhoneForm({ phone: [FIRST_NEW_PHONE] }),
			upsertByPhoneForm({ phone: [SECOND_NEW_PHONE] }),
		);

		expect(school.readRecord('customer', id).phone).toContain(PHONE_BY_HAND);
	});

	it('Create or Update by a custom field keeps a phone that the staff has added between two items of the execution', async () => {
		school.addLead({ custom_dogovor: 'A-1' });
		const id = school.addLead({ custom_dogovor: 'A-2', phone: [PHONE] });
		actAfterFirstUpdate(() => school.changeRecord('customer', id, { phone: [PHONE, PHONE_BY_HAND] }));

		await runItems(
			upsertByContractForm('A-1', { phone: [FIRST_NEW_PHONE] }),
			upsertByContractForm('A-2', { phone: [SECOND_NEW_PHONE] }),
		);

		expect(school.readRecord('customer', id).phone).toEqual([PHONE, PHONE_BY_HAND, SECOND_NEW_PHONE]);
	});

	it('Assign Teachers keeps a teacher whom the staff has assigned between two items of the execution', async () => {
		const firstTeacher = 1;
		const secondTeacher = 2;
		const teacherByHand = 5;
		const id = school.addLead({ teacher_ids: [] });
		actAfterFirstUpdate(() =>
			school.changeRecord('customer', id, { teacher_ids: [firstTeacher, teacherByHand] }),
		);

		await runItems(assignTeacherForm(id, firstTeacher), assignTeacherForm(id, secondTeacher));

		expect(school.readRecord('customer', id).teacher_ids).toEqual([
			firstTeacher,
			teacherByHand,
			secondTeacher,
		]);
	});

	it('Create or Update creates a customer when the staff has removed the phone from the card between two items of the execution', async () => {
		const id = school.addLead({ phone: [PHONE], name: 'Мать' });
		actAfterFirstUpdate(() => school.changeRecord('customer', id, { phone: [PHONE_BY_HAND] }));

		const customers = await runItems(
			upsertByPhoneForm({ name: 'Сын', note: 'of item 0' }),
			upsertByPhoneForm({ name: 'Сын', note: 'of item 1' }),
		);

		expect(customers).toMatchObject([{ id, operationResult: 'updated' }, { operationResult: 'created' }]);
		expect(school.readRecord('customer', id)).toMatchObject({ phone: [PHONE_BY_HAND], note: 'of item 0' });
	});

	it('Create or Update finds a customer whom the staff has entered between two items of the execution', async () => {
		const firstCustomer = school.addLead({ custom_dogovor: 'A-1' });
		const customerByHand = 20;
		actAfterFirstUpdate(() => {
			school.addLead({ id: customerByHand, custom_dogovor: 'A-2', name: 'Лунина Вера' });
		});

		const customers = await runItems(
			upsertByContractForm('A-1', { name: 'Орлова Мия', note: 'Новое' }),
			upsertByContractForm('A-2', { name: 'Лунина Вера', note: 'Новое' }),
		);

		expect(customers).toMatchObject([
			{ id: firstCustomer, operationResult: 'updated' },
			{ id: customerByHand, operationResult: 'updated' },
		]);
		expect(school.readRecords('customer')).toHaveLength(2);
	});
});

// AlfaCRM ignores the filter by email. The first item finds that out, and the node reads the list once for all items.
describe('items whose customers come from one list that is read for all of them', () => {
	let customerWithEmail: number;

	beforeEach(() => {
		school.settings.ignoredFilters = ['customer.email'];
		for (let guest = 0; guest < 20; guest += 1) {
			school.addLead({ email: [`guest${guest}@school.example`] });
		}
		customerWithEmail = school.addLead({ email: [EMAIL], phone: [PHONE] });
	});

	/** Makes the staff add a phone to the customer after the first update of the execution. */
	function addPhoneByHandAfterFirstUpdate(): void {
		actAfterFirstUpdate(() =>
			school.changeRecord('customer', customerWithEmail, { phone: [PHONE, PHONE_BY_HAND] }),
		);
	}

	it('an item whose customer comes from the list of all customers keeps a phone that the staff has added since the list was read', async () => {
		addPhoneByHandAfterFirstUpdate();

		const customers = await runItems(
			upsertByEmailForm('guest0@school.example', {}),
			upsertByEmailForm('guest1@school.example', { note: 'x' }),
			upsertByEmailForm(EMAIL, { phone: [FIRST_NEW_PHONE] }),
			upsertByEmailForm(EMAIL, { phone: [FIRST_NEW_PHONE] }),
		);

		expect(customers).toMatchObject([
			{ operationResult: 'unchanged' },
			{ operationResult: 'updated' },
			{ operationResult: 'updated' },
			{ operationResult: 'unchanged' },
		]);
		expect(school.readRecord('customer', customerWithEmail).phone).toEqual([
			PHONE,
			PHONE_BY_HAND,
			FIRST_NEW_PHONE,
		]);
	});

	it('an execution reads the list of all customers only once when AlfaCRM ignores the filter by email', async () => {
		addPhoneByHandAfterFirstUpdate();

		await runItems(
			upsertByEmailForm('guest0@school.example', {}),
			upsertByEmailForm('guest1@school.example', { note: 'x' }),
			upsertByEmailForm(EMAIL, { phone: [FIRST_NEW_PHONE] }),
		);

		const readings = school.readRequests('customer/index').filter(isFirstPageOfAllCustomers);
		expect(readings).toHaveLength(1);
	});
});
