import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { customerForm, SmallSchool } from './school';

/** The 10th of February 2026, at noon in Moscow. */
export const NOW = '2026-02-10T09:00:00Z';

/** The customer of the forms, a client. */
export const ANNA = 1;
/** The group of the forms, which ends on 31 May 2026. */
export const GROUP = 1;

/** The first and the last day of a membership, `yyyy-mm-dd`. A membership without a last day goes on. */
interface Period {
	from: string;
	until: string | null;
}

/** Fills the form of Add to Group for Anna and the group. Empty days are left to AlfaCRM. */
export function addToGroupForm(days: IDataObject = {}, parameters: IDataObject = {}): IDataObject {
	return customerForm('addToGroup', {
		id: ANNA,
		group_id: GROUP,
		additionalFields: days,
		...parameters,
	});
}

/** Fills the form of Remove From Group for Anna and the group, to end memberships on the last day. */
export function endMembershipForm(days: IDataObject = {}, parameters: IDataObject = {}): IDataObject {
	return customerForm('removeFromGroup', {
		id: ANNA,
		group_id: GROUP,
		leave_by: 'end',
		additionalFields: days,
		...parameters,
	});
}

/** Fills the form of Remove From Group for Anna and the group, to delete memberships. */
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
			e_date: '31.05.2026',
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

	/** Reads the memberships in the group, in the order of their first days. */
	readMemberships(): Period[] {
		const memberships = this.readRecords('cgi').filter(({ group_id }) => group_id === GROUP);
		const periods = memberships.map(({ b_date, e_date }) => ({
			from: toIsoDay(String(b_date)),
			until: e_date === null ? null : toIsoDay(String(e_date)),
		}));
		return periods.sort((a, b) => a.from.localeCompare(b.from));
	}

	/** Reads the branches in which memberships were listed, created, changed or deleted. */
	readMembershipBranches(): number[] {
		const requests = this.requests.filter(({ url }) => url.includes('/cgi/'));
		const branches = requests.map(({ url }) => Number(/v2api\/(\d+)/.exec(url)?.[1]));
		return [...new Set(branches)];
	}

	/** Runs Add to Group, which must succeed. */
	async addToGroup(form: IDataObject): Promise<{ membership: IDataObject; hints: string[] }> {
		const { json, hints } = await this.run(form);
		expect(json).toHaveLength(1);
		return { membership: json[0], hints };
	}

	/** Refuses a call with a message about a field, from now on. */
	refuseCall(refusedCall: string, errors: Record<string, string[]>): void {
		this.onCall = (call) => {
			if (call === refusedCall) throw makeAnswerError(422, { errors });
			return undefined;
		};
	}

	/** Answers a call from now on without doing what it says. */
	answerCallWith(answeredCall: string, answer: IDataObject): void {
		this.onCall = (call) => (call === answeredCall ? answer : undefined);
	}

	/** Ends what `refuseCall` or `answerCallWith` began. */
	answerAllCalls(): void {
		this.onCall = () => undefined;
	}

	/** Holds the answer to the first call of its kind until the returned function is called. */
	holdFirstAnswer(heldCall: string): () => void {
		let release: () => void = () => undefined;
		const released = new Promise<void>((resolve) => {
			release = resolve;
		});
		let isFirst = true;
		this.onCall = (call) => {
			if (call !== heldCall || !isFirst) return undefined;
			isFirst = false;
			return released;
		};
		return () => release();
	}
}

/** Turns "2026-02-10" into "10.02.2026", as AlfaCRM stores days. */
function toDottedDay(day: string): string {
	return day.split('-').reverse().join('.');
}

function toIsoDay(day: string): string {
	return day.split('.').reverse().join('-');
}
