import type { IDataObject } from 'n8n-workflow';

import { PAY_TYPE } from '../../support/codes';
import type { SentRequest } from '../apiSupport';
import { customerForm, SmallSchool } from './school';

/** Noon in the school, which is in Moscow. */
export const NOW = '2026-02-10T09:00:00Z';
const TODAY = '2026-02-10';

/** A lead, who pays unless the test says otherwise. */
export const MIA = 1;
/** Her sister, a lead. */
export const YANA = 2;

/** The accounts into which payments go. */
export const CASH_BOX = 1;
export const BANK_ACCOUNT = 2;

export const PAYMENT_ITEM = 1;
export const LOCATION = 1;
export const PLAN = { eightLessons: 1, fourLessons: 2 } as const;

/** The user of the credential, who is the author of comments and tasks. */
export const API_USER = 1;
const API_USER_EMAIL = 'api@school.example';

/** The parameters of a form. `additionalFields` are added to those that the form has already. */
interface FormParameters extends IDataObject {
	additionalFields?: IDataObject;
}

/** Fills the form of Take Payment: Mia pays 3872.70 in cash. */
export function paymentForm(parameters: FormParameters = {}): IDataObject {
	return customerForm('takePayment', {
		id: MIA,
		income: 3872.7,
		pay_account_id: CASH_BOX,
		...parameters,
	});
}

/** Fills the form of Take Payment with an External ID. */
export function paymentWithId(externalId: unknown, parameters: FormParameters = {}): IDataObject {
	return paymentForm(addExternalId(externalId, parameters));
}

/** Fills the form of Take Payment with an External ID that a custom field keeps. */
export function paymentWithIdInField(externalId: unknown, parameters: FormParameters = {}): IDataObject {
	const additionalFields = { externalIdField: 'custom_md_order', ...parameters.additionalFields };
	return paymentWithId(externalId, { ...parameters, additionalFields });
}

/** Fills the form of Create Correction or Refund: Mia gets 500 back today, in cash. */
export function refundForm(parameters: FormParameters = {}): IDataObject {
	return customerForm('createCorrection', {
		resource: 'pay',
		customer_id: MIA,
		income: 500,
		pay_account_id: CASH_BOX,
		pay_type_id: PAY_TYPE.refund,
		document_date: TODAY,
		...parameters,
	});
}

/** Fills the form of Create Correction or Refund with an External ID. */
export function refundWithId(externalId: unknown, parameters: FormParameters = {}): IDataObject {
	return refundForm(addExternalId(externalId, parameters));
}

/** Fills the form of Payment → Update. */
export function paymentUpdateForm(id: number, updateFields: IDataObject): IDataObject {
	return customerForm('update', { resource: 'pay', id, updateFields });
}

/** Fills the form of Sell Subscription: eight lessons for Mia. */
export function subscriptionForm(parameters: FormParameters = {}): IDataObject {
	return customerForm('sellSubscription', { id: MIA, tariff_id: PLAN.eightLessons, ...parameters });
}

/** Fills the form of Add Comment, on Mia. */
export function commentForm(parameters: FormParameters = {}): IDataObject {
	return customerForm('addComment', { id: MIA, comment: 'Просил позвонить', ...parameters });
}

/** Fills the form of Create Task: somebody should call Mia. */
export function taskForm(parameters: FormParameters = {}): IDataObject {
	return customerForm('createTask', { id: MIA, title: 'Перезвонить', ...parameters });
}

function addExternalId(externalId: unknown, parameters: FormParameters): FormParameters {
	const additionalFields = { externalId, ...parameters.additionalFields } as IDataObject;
	return { ...parameters, additionalFields };
}

/** A school in which payments, subscriptions, comments and tasks are added to customers. */
export class AdditionSchool extends SmallSchool {
	constructor() {
		super();
		this.addRecord('pay-account', { id: CASH_BOX, name: 'Касса' });
		this.addRecord('pay-account', { id: BANK_ACCOUNT, name: 'Счёт' });
		this.addRecord('pay-item', { id: PAYMENT_ITEM, name: 'Оплата занятий' });
		this.addRecord('location', { id: LOCATION, name: 'Главный зал' });
		this.addRecord('tariff', { id: PLAN.eightLessons, name: '8 занятий', type: 1, price: '1000.00' });
		this.addRecord('tariff', { id: PLAN.fourLessons, name: '4 занятия', type: 1, price: '600.00' });
		this.addRecord('user', { id: API_USER, name: 'Интеграция', email: API_USER_EMAIL });

		this.addLead({ id: MIA, name: 'Орлова Мия', legal_name: 'Орлов Иван' });
		this.addLead({ id: YANA, name: 'Орлова Яна', legal_name: 'Орлов Иван' });
	}

	/** Adds a payment as the staff enters it: Mia has paid 3872.70 today, in cash. It has no External ID. */
	addPayment(values: IDataObject = {}): number {
		return this.addRecord('pay', {
			customer_id: MIA,
			branch_id: 1,
			pay_type_id: PAY_TYPE.income,
			pay_account_id: CASH_BOX,
			income: '3872.70',
			document_date: '10.02.2026',
			note: null,
			...values,
		});
	}

	/** Adds a comment on Mia as an earlier execution has added it, at a time of the school's clock. */
	addComment({ added }: { added: string | null }): number {
		const id = this.addRecord('communication', {
			class: 'Customer',
			related_id: MIA,
			comment: 'Просил позвонить',
			user_id: API_USER,
		});
		this.changeRecord('communication', id, { added });
		return id;
	}

	/** Adds a subscription for eight lessons. Days as AlfaCRM stores them: "31.05.2035". */
	addSubscription(customer: number, { until }: { until: string }): number {
		return this.addRecord('customer-tariff', {
			customer_id: customer,
			tariff_id: PLAN.eightLessons,
			b_date: '01.09.2024',
			e_date: until,
		});
	}

	/** Reads the notes of all payments, in the order in which they were added. */
	readNotes(): unknown[] {
		return this.readRecords('pay').map(({ note }) => note);
	}

	/** Reads the body of the last call that has written something. */
	readLastWrittenBody(): IDataObject | undefined {
		return this.requests.filter(({ url }) => /\/(create|update)$/.test(url)).at(-1)?.body;
	}

	/** Forgets the calls so far, so that a test sees those of the next execution alone. */
	forgetCalls(): void {
		this.calls.length = 0;
		this.requests.length = 0;
	}

	/** Answers a list with these rows, whatever it is asked for. */
	answerList(list: string, rows: IDataObject[]): void {
		this.onCall = (call, { body }) => {
			if (call !== list) return undefined;
			return { items: body.page === 0 ? rows : [], total: rows.length };
		};
	}

	/** Answers a list so that nobody can tell whether all of its rows have come. */
	answerIncompletely(list: string, isAnswered: (request: SentRequest) => boolean = () => true): void {
		this.onCall = (call, request) =>
			call === list && isAnswered(request) ? this.answerWithUnstableList(request) : undefined;
	}
}
