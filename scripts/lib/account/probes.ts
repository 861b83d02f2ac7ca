import * as branchProbes from './branchProbes';
import { dateFormatProbes, wrongFilterValue } from './dateProbes';
import { makeFilterProbe, phoneSearch } from './filterProbes';
import * as logProbes from './logProbes';
import * as pageProbes from './pageProbes';
import type { Probe } from './probe';
import * as rowProbes from './rowProbes';

const { makeFieldProbe, readSubscriptionsWithEnded } = rowProbes;

/**
 * All probes of `npm run account:profile`. They cover what lists can show of the questions that the
 * sources on AlfaCRM leave open, or answer in different ways. API notes 13.
 */
export const PROBES: readonly Probe[] = [
	branchProbes.forbiddenCalls,
	branchProbes.forbiddenBranches,
	branchProbes.pooledBranches,
	branchProbes.mainBranch,
	branchProbes.branchless,

	pageProbes.pageSize,
	pageProbes.bodyPageSize,
	pageProbes.total,

	makeFilterProbe('branch', 'id'),
	makeFilterProbe('customer', 'id'),
	makeFilterProbe('group', 'id'),
	makeFilterProbe('lesson', 'id'),
	makeFilterProbe('pay', 'id'),
	makeFilterProbe('room', 'id'),
	makeFilterProbe('tariff', 'id'),
	makeFilterProbe('customer', 'lead_status_id'),
	makeFilterProbe('customer', 'branch_ids'),
	makeFilterProbe('customer', 'group_id', { field: 'group_ids', body: { is_study: 1 } }),
	makeFilterProbe('log', 'entity_id'),
	makeFilterProbe('regular-lesson', 'related_id'),
	...dateFormatProbes,
	wrongFilterValue,
	phoneSearch,

	rowProbes.deadDefault,
	rowProbes.payDefault,
	rowProbes.refundSum,
	rowProbes.removedZero,
	rowProbes.lessonDetails,
	makeFieldProbe('customer', 'removed'),
	makeFieldProbe('group', 'removed'),
	makeFieldProbe('teacher', 'removed'),
	makeFieldProbe('customer', 'lead_status_ids'),
	makeFieldProbe('customer-tariff', 'dead', readSubscriptionsWithEnded),
	rowProbes.groupTeachers,
	rowProbes.sunday,

	logProbes.logFields,
	logProbes.logLesson,
	logProbes.logScope,
];
