import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { customerForm, SmallSchool } from './school';

export const YESTERDAY = '2026-02-09';
export const TODAY = '2026-02-10';
/** Today at noon in Moscow. */
export const NOW = `${TODAY}T09:00:00Z`;

/** The customer in the forms, a client. */
export const ANNA = 1;
/** The group in the forms. */
export const GROUP = 1;
export const LAST_DAY_OF_GROUP = '2026-05-31';

/** The first and the last day of a membership, such as "2026-02-10". Without a last day, it has no end. */
interface Period {
	from: string;
	until: string | null;
}

/** Makes the form that adds Anna to the group. `days` may have the start `b_date` and the end `e_date`. */
export function addToGroupForm(days: IDataObject = {}, parameters: IDataObject = {}): IDataObject {
	return customerForm('addToGroup', {
		id: ANNA,
		group_id: GROUP,
		additionalFields: days,
		...parameters,
	});
}

/** Makes the form that ends Anna's memberships in the group, today or on the `e_date` in `days`. */
export function endMembershipForm(days: IDataObject = {}, parameters: IDataObject = {}): IDataObject {
	return customerForm('removeFromGroup', {
		id: ANNA,
		group_id: GROUP,
		leave_by: 'end',
		additionalFields: days,
		...parameters,
	});
}

/** Makes the form that deletes Anna's memberships in the group. */
export function deleteMembershipForm(days: IDataObject = {}, parameters: IDataObject = {}): IDataObject {
	return endMembershipForm(days, { leave_by: 'delete', ...parameters });
}

/** A school with one customer and one group. */
export class MembershipSchool extends SmallSchool {
	constructor() {
		super();
		this.addLead({ id: ANNA, is_study: 1 });
		this.addRecord('group', {
			id: GROUP,
			name: 'Роботы',
			branch_ids: [1],
			b_date: '01.09.2025',
			e_date: toDottedDay(LAST_DAY_OF_GROUP),
		});
	}

	/** Adds a membership of Anna in the group, unless the values say otherwise. */
	addMembership({ from, until }: Period, values: IDataObject = {}): number {
		return this.addRecord('cgi', {
			customer_id: ANNA,
			group_id: GROUP,
			branch_id: 1,
			b_date: toDottedDay(from),
			e_date: until === null ? null : toDottedDay(until),
			...values,
		});
	}

	/** Adds memberships of Anna in the group. */
	addMemberships(periods: readonly Period[]): void {
		for (const period of periods) {
			this.addMembership(period);
		}
	}

	/** Sets the branches of Anna and of the group. */
	setBranches({ customer, group }: { customer: number[]; group: number[] }): void {
		this.changeRecord('customer', ANNA, { branch_ids: customer });
		this.changeRecord('group', GROUP, { branch_ids: group });
	}

	/** Reads the memberships in the group, in the order of their first days. */
	readMemberships(): Period[] {
		const memberships = this.readRecords('cgi').filter(({ group_id }) => group_id === GROUP);
		const periods = memberships.map(({ b_date, e_date }) => ({
			from: toIsoDay(String(b_date)),
			until: e_date === null ? null : toIsoDay(String(e_date)),
		}));
		return periods.sort((a, b) => a.from.localeCompare(b.from));
	}

	/** Reads the branches to which calls about memberships were sent, each branch once. */
	readMembershipBranches(): number[] {
		const requests = this.requests.filter(({ url }) => url.includes('/cgi/'));
		const branches = requests.map(({ url }) => Number(/v2api\/(\d+)/.exec(url)?.[1]));
		return [...new Set(branches)];
	}

	/** Runs Add to Group, which must succeed, and returns the membership and the hints. */
	async addToGroup(form: IDataObject): Promise<{ membership: IDataObject; hints: string[] }> {
		const { json, hints } = await this.run(form);
		expect(json).toHaveLength(1);
		return { membership: json[0], hints };
	}

	/** Makes AlfaCRM refuse a call such as "cgi/update" from now on, with messages about its fields. */
	refuseCall(refusedCall: string, errors: Record<string, string[]>): void {
		this.onCall = (call) => {
			if (call === refusedCall) throw makeAnswerError(422, { errors });
			return undefined;
		};
	}

	/** Makes AlfaCRM answer a call from now on without carrying it out. */
	answerCallWith(answeredCall: string, answer: IDataObject): void {
		this.onCall = (call) => (call === answeredCall ? answer : undefined);
	}

	/** Makes AlfaCRM carry out all calls again, after `refuseCall` or `answerCallWith`. */
	answerAllCalls(): void {
		this.onCall = () => undefined;
	}

	/**
	 * Keeps the first call such as "cgi/customer" waiting. Returns the function that lets AlfaCRM answer it.
	 */
	holdFirstAnswer(heldCall: string): () => void {
		let releaseAnswer: () => void = () => undefined;
		const release = new Promise<void>((resolve) => {
			releaseAnswer = resolve;
		});
		let isFirstCall = true;
		this.onCall = (call) => {
			if (call !== heldCall || !isFirstCall) return undefined;
			isFirstCall = false;
			return release;
		};
		return () => releaseAnswer();
	}
}

/** Turns "2026-02-10" into "10.02.2026", as AlfaCRM stores days. */
function toDottedDay(day: string): string {
	return day.split('-').reverse().join('.');
}

function toIsoDay(day: string): string {
	return day.split('.').reverse().join('-');
}
