import type { IDataObject } from 'n8n-workflow';

import { parseJson } from '../../values/formats';
import { LESSON_STATUS } from '../../entities/lesson';
import { LOG_EVENT } from '../../entities/log';
import type { Check } from './check';
import { oneOf } from './check';
import { endedSubscription, otherPays } from './past';
import type { Probe } from './probe';
import { sampleOf } from './sample';

const SUNDAYS = [0, 7];

/** Fields that some accounts show and others do not. */
const optional = (
	subject: string,
	meaning: string,
	rowsOf: (probe: Probe) => Promise<readonly IDataObject[]>,
): Check =>
	oneOf({
		check: 'optional field',
		subject,
		expected: ['shown', 'not shown'],
		needs: 'rows in that list',
		find: async (probe) => {
			const rows = await rowsOf(probe);
			const [, field] = subject.split('.');
			if (rows.length === 0) return undefined;
			return rows.some((row) => field in row) ? 'shown' : 'not shown';
		},
		meanings: { shown: meaning, 'not shown': 'The node does not depend on it.' },
	});

const removed = 'Rows tell themselves whether they are archived.';

const optionalFields = [
	...['customer', 'group', 'teacher'].map((path) =>
		optional(`${path}.removed`, removed, async (probe) => await probe.page(path)),
	),
	optional(
		'customer.lead_status_ids',
		'The stage of a lead comes as a list too.',
		async (probe) => await probe.page('customer'),
	),
	optional(
		'customer-tariff.dead',
		'Subscriptions tell themselves whether they have ended.',
		async (probe) => {
			const sold = await endedSubscription(probe);
			return sold?.rows ?? [];
		},
	),
];

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

const teachersOfGroups = oneOf({
	check: 'form of a field',
	subject: 'group.teacher_ids',
	expected: 'numbers',
	needs: 'groups with a teacher',
	find: async (probe) => {
		const groups = (await probe.page('group')).filter(
			({ teacher_ids: ids }) => isList(ids) && ids.length > 0,
		);
		if (groups.length === 0) return undefined;
		const ids = groups.flatMap(({ teacher_ids }) => teacher_ids as unknown[]);
		if (ids.some((id) => !/^\d+$/.test(String(id)))) return 'names';
		return groups.some(({ teachers }) => isList(teachers)) ? 'numbers, and teachers besides' : 'numbers';
	},
	meanings: {
		numbers: 'The teachers of a group can be read and written back.',
		names:
			'A group shows names in place of numbers: give the teachers of a group by their numbers when you write it.',
		'numbers, and teachers besides':
			'The teachers of a group can be read and written back, and come with names.',
	},
});

const lessonsOfTariffs = oneOf({
	check: 'form of a field',
	subject: 'tariff.lessons_count',
	expected: ['lessons_count', 'lesson_count'],
	needs: 'subscription plans',
	find: async (probe) => {
		const rows = await probe.page('tariff');
		if (rows.some((row) => 'lessons_count' in row)) return 'lessons_count';
		return rows.some((row) => 'lesson_count' in row) ? 'lesson_count' : undefined;
	},
	meanings: {
		lessons_count: 'Plans tell their number of lessons under this name.',
		lesson_count: 'Plans tell their number of lessons under this name: use it in expressions.',
	},
});

const isGone = ({ event }: IDataObject): boolean => event === LOG_EVENT.deleted;

const valuesOfLog = oneOf({
	check: 'form of a field',
	subject: 'log.fields_new',
	expected: ['object', 'JSON text'],
	needs: 'changes other than removals',
	find: async (probe) => {
		const values = (await probe.page('log'))
			.filter((row) => !isGone(row))
			.map(({ fields_new }) => fields_new);
		if (values.some((value) => typeof value === 'string' && parseJson(value) !== undefined))
			return 'JSON text';
		return values.some((value) => typeof value === 'object' && value !== null) ? 'object' : undefined;
	},
	meanings: {
		object: 'The trigger hands on what changed as it comes.',
		'JSON text': 'The trigger reads the text, and hands on what changed as an object.',
	},
});

const sundays = oneOf({
	check: 'form of a field',
	subject: 'regular-lesson.day of Sundays',
	expected: ['7', '0'],
	needs: 'a regular lesson on Sundays',
	find: async (probe) => {
		const days = (await sampleOf(probe, 'regular-lesson')).map(({ day }) => Number(day));
		const day = days.find((one) => SUNDAYS.includes(one));
		return day === undefined ? undefined : day === 0 ? '0' : '7';
	},
	meanings: {
		'7': 'Sundays are the seventh day of regular lessons.',
		'0': 'Sundays are day 0 of regular lessons; write them as 7.',
	},
});

const refunds = oneOf({
	check: 'form of a field',
	subject: 'pay sum of refunds',
	expected: ['income', 'expenditure'],
	needs: 'payments that are no incomes',
	find: async (probe) => {
		const others = await otherPays(probe);
		if (others.some(({ expenditure }) => Number(expenditure ?? 0) !== 0)) return 'expenditure';
		return others.some(({ income }) => Number(income ?? 0) !== 0) ? 'income' : undefined;
	},
	meanings: {
		income: 'Refunds show their sum under income, told apart by the payment type.',
		expenditure: 'Refunds show their sum under expenditure, and nothing under income: add up both.',
	},
});

const attendance = oneOf({
	check: 'form of a field',
	subject: 'lesson.details',
	expected: 'always',
	needs: 'conducted lessons with customers',
	find: async (probe) => {
		const lessons = (await probe.page('lesson')).filter(
			({ status, customer_ids: ids }) => status === LESSON_STATUS.completed && isList(ids) && ids.length > 0,
		);
		const isFilled = ({ details }: IDataObject) => isList(details) && details.length > 0;
		if (lessons.some(isFilled)) return 'always';
		const [lesson] = lessons;
		if (lesson === undefined) return undefined;
		const [customer] = lesson.customer_ids as number[];
		const rows = await probe.page('lesson', { customer_id: customer });
		return rows.some(isFilled) ? 'with customer_id' : undefined;
	},
	meanings: {
		always: 'Lessons show who was there.',
		'with customer_id':
			"Lessons show who was there only with the filter 'Customer', so 'Complete Lesson' refuses a completed one.",
	},
});

export const fieldChecks: readonly Check[] = [
	...optionalFields,
	...[teachersOfGroups, lessonsOfTariffs, valuesOfLog, sundays, refunds, attendance],
];
