import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../support/codes';
import { customerForm, SmallSchool } from './school';

export const EMAIL = 'mia@school.example';

/** The last day of customers who are archived. */
export const ARCHIVED_ON = '2025-01-31';
/** The last day of customers who are not archived. */
export const ACTIVE_UNTIL = '2030-12-31';

/** Chooses 'Create' in 'If Match Value Is Unusable' of Create or Update. */
export const CREATE_IF_VALUE_IS_UNUSABLE = { ifKeyEmpty: 'create' };

/** Chooses 'All Fields' in 'Set Only on Creation' of Create or Update, so that existing customers stay as they are. */
export const SET_ALL_ONLY_ON_CREATION = { onlyForNew: ['all'] };

/** The part of a form by which a customer is searched for: 'Match By' and its values, such as a phone. */
export interface MatchKey extends IDataObject {
	matchBy: string;
}

/** Fills 'Match By' with the custom field that has the number of the contract, such as "Д-12". */
export function contractKey(contract: string): MatchKey {
	return { matchBy: 'customField', matchField: 'custom_dogovor', matchValue: contract };
}

/** Fills 'Match By' with a phone. */
export function phoneKey(phone: string): MatchKey {
	return { matchBy: 'phone', phone };
}

/** Fills the form of Create or Update by a match key. */
export function upsertForm(
	key: MatchKey,
	fieldsToSet: IDataObject = {},
	options: IDataObject = {},
): IDataObject {
	return customerForm('upsert', { ...key, fieldsToSet, options });
}

/** Fills the form of Find by a match key. Find returns nothing when nobody matches. */
export function findForm(key: MatchKey, options: IDataObject = {}): IDataObject {
	return customerForm('find', { ...key, options: { ifNone: 'nothing', ...options } });
}

/** Fills the form of Create for a lead. */
export function createForm(values: IDataObject): IDataObject {
	return customerForm('create', {
		name: 'Лисова Ева',
		is_study: CUSTOMER_TYPE.lead,
		legal_type: 1,
		...values,
	});
}

/** Fills the form of Update. */
export function updateForm(customer: number, updateFields: IDataObject): IDataObject {
	return customerForm('update', { id: customer, updateFields });
}

/** Fills the form of Create or Update to replace the phones of a customer with those in one text, as Simplify shows them. */
export function writeBackForm(customer: number, phones: string): IDataObject {
	return upsertForm({ matchBy: 'id', id: customer }, { phone: [phones] }, { listMode: 'replace' });
}

/** Fills the form of Get Many with the filter by a phone, for leads and clients. */
export function phoneFilterForm(phone: string): IDataObject {
	return customerForm('getAll', { returnAll: true, is_study: 2, removed: 0, filters: { phone } });
}

/** A school in which customers are searched for and saved. */
export class MatchingSchool extends SmallSchool {
	/** Adds a client. */
	addClient(values: IDataObject = {}): number {
		return this.addLead({ is_study: CUSTOMER_TYPE.client, ...values });
	}

	/** Adds a lead who is in the archive. */
	addArchivedLead(values: IDataObject = {}): number {
		return this.addLead({ e_date: ARCHIVED_ON, ...values });
	}

	/** Adds a client who is in the archive. */
	addArchivedClient(values: IDataObject = {}): number {
		return this.addClient({ e_date: ARCHIVED_ON, ...values });
	}

	/** Reads a copy of the card of a customer. */
	readCustomer(customer: unknown): IDataObject {
		return structuredClone(this.readRecord('customer', Number(customer)));
	}

	/** Reads the phones of a customer. */
	readPhones(customer: unknown): unknown {
		return this.readCustomer(customer).phone;
	}

	/** Reads the IDs of the customers who have this note. */
	readIdsByNote(note: string): unknown[] {
		const customers = this.readRecords('customer').filter((customer) => customer.note === note);
		return customers.map(({ id }) => id);
	}

	/** Runs a form, which must return one customer, and returns that customer. */
	async saveCustomer(form: IDataObject): Promise<IDataObject> {
		const { json } = await this.run(form);
		expect(json).toHaveLength(1);
		return json[0];
	}

	/** Runs the node once for several items, each with its own form, and returns the customers. */
	async saveCustomers(...forms: IDataObject[]): Promise<IDataObject[]> {
		const { json } = await this.run({}, { parametersByItem: forms });
		return json;
	}

	/** Runs a form, and returns the IDs of the customers in its output. */
	async findIds(form: IDataObject): Promise<unknown[]> {
		const { json } = await this.run(form);
		return json.map(({ id }) => id);
	}

	/** Makes AlfaCRM answer each list of customers with the cards that `listCards` returns for the filters of the request. */
	answerSearches(listCards: (filters: IDataObject) => IDataObject[]): void {
		this.onCall = (call, { body }) => {
			if (call !== 'customer/index') return undefined;
			const cards = listCards(body);
			return { items: body.page === 0 ? cards : [], total: cards.length };
		};
	}
}
