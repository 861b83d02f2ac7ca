import type { IDataObject } from 'n8n-workflow';

import { isUnsorted } from '../../entities/customer';
import { LESSON_STATUS } from '../../entities/lesson';
import type { Check } from './check';
import { oneOf } from './check';
import { endedSubscription, memberships, otherPays, pastMembership, subscriptions } from './past';
import type { Probe } from './probe';
import { keyOf, keysOf } from './probe';

/** What lists show where they are not asked for anything. */
const CHECK = 'rows unasked';

const has = (rows: readonly IDataObject[], row: IDataObject): boolean => keysOf(rows).has(keyOf(row));

const customers = oneOf({
	check: CHECK,
	subject: 'customer',
	expected: 'active clients',
	needs: 'leads',
	find: async (probe) => {
		const leads = await probe.page('customer', { is_study: 0 });
		if (!leads.some((row) => row.is_study === 0)) return undefined;
		const rows = await probe.rows({ path: 'customer' });
		return rows.every(({ is_study }) => is_study === 1) ? 'active clients' : 'leads too';
	},
	meanings: {
		'active clients': 'The node always says which customers it wants, so leads are found.',
		'leads too': 'The node always says which customers it wants, so nothing changes.',
	},
});

const lessons = oneOf({
	check: CHECK,
	subject: 'lesson',
	expected: 'conducted ones',
	needs: 'planned or cancelled lessons',
	find: async (probe) => {
		const others = [
			...(await probe.page('lesson', { status: LESSON_STATUS.planned })),
			...(await probe.page('lesson', { status: LESSON_STATUS.cancelled })),
		];
		if (others.every(({ status }) => status === LESSON_STATUS.completed)) return undefined;
		const rows = await probe.rows({ path: 'lesson' });
		if (rows.length === 0) return undefined;
		return rows.every(({ status }) => status === LESSON_STATUS.completed) ? 'conducted ones' : 'others too';
	},
	meanings: {
		'conducted ones': 'The node asks for each status, so lessons of all statuses are found.',
		'others too': 'The node asks for each status, so nothing changes.',
	},
});

const subjects = oneOf({
	check: CHECK,
	subject: 'subject',
	expected: ['all', 'active ones'],
	needs: 'subjects that are not active',
	find: async (probe) => {
		const rows = await probe.rows({ path: 'subject' });
		const all = await probe.page('subject', { active: false });
		if (all.some((row) => !has(rows, row))) return 'active ones';
		const active = await probe.page('subject', { active: true });
		return rows.some((row) => !has(active, row)) ? 'all' : undefined;
	},
	meanings: {
		all: 'Dropdowns and Get Many show subjects that are not active too.',
		'active ones': "Subjects that are not active are shown with the filter 'Active' only.",
	},
});

const members = oneOf({
	check: CHECK,
	subject: 'cgi',
	expected: 'current ones',
	needs: 'a group that somebody has left',
	find: async (probe) => {
		const past = await pastMembership(probe);
		if (past === undefined) return undefined;
		return has(await probe.rows(memberships(past.group_id)), past) ? 'all' : 'current ones';
	},
	meanings: {
		'current ones': "Past members are found by 'Start Date' and 'End Date' only, as the node expects.",
		all: 'Past members come too: the node keeps those of today where that is what was asked for.',
	},
});

const sold = oneOf({
	check: CHECK,
	subject: 'customer-tariff',
	expected: ['all', 'current ones'],
	needs: 'a subscription that has ended',
	find: async (probe) => {
		const ended = await endedSubscription(probe);
		if (ended === undefined) return undefined;
		return has(await probe.rows(subscriptions(ended.customer, {})), ended.row) ? 'all' : 'current ones';
	},
	meanings: {
		all: 'The node looks at the last day of a subscription to tell whether it is current.',
		'current ones': 'The node asks for ended subscriptions where they may count.',
	},
});

const pays = oneOf({
	check: CHECK,
	subject: 'pay',
	expected: ['all', 'incomes only'],
	needs: 'payments that are no incomes',
	find: async (probe) => {
		const others = await otherPays(probe);
		if (others.some((row) => row.pay_type_id === undefined)) return undefined;
		const [other] = others;
		if (other === undefined) return undefined;
		if (has(await probe.page('pay'), other)) return 'all';
		const found = await probe.page('pay', { id: other.id });
		return has(found, other) ? 'all' : found.length === 0 ? 'incomes only' : undefined;
	},
	meanings: {
		all: 'One request lists the payments of all types.',
		'incomes only': 'The node asks for the payments of each other type as well, which takes more requests.',
	},
});

const removedZero = oneOf({
	check: 'removed: 0',
	subject: 'customer',
	expected: ['shows active ones', 'hides leads without a stage'],
	needs: 'an active lead without a stage',
	find: async (probe: Probe) => {
		const leads = await probe.rows({ path: 'customer', body: { is_study: 0 } });
		const lead = leads.find(isUnsorted);
		if (lead === undefined) return undefined;
		const body = { is_study: 0, removed: 0, id: lead.id };
		const rows = await probe.rows({ path: 'customer', body });
		return rows.some(isUnsorted) ? 'shows active ones' : 'hides leads without a stage';
	},
	meanings: {
		'shows active ones': 'The node does not send it; an API Call may.',
		'hides leads without a stage':
			'The node does not send it, so no lead is hidden; an API Call should not either.',
	},
});

export const defaultChecks: readonly Check[] = [
	customers,
	lessons,
	subjects,
	members,
	sold,
	pays,
	removedZero,
];
