import type { JournalEntry, RecordChange } from '../../../sandbox';
import { defaultSettings } from '../../../sandbox/model/settings';
import type { Attempt } from './attempt';
import { nameCall, isEmptyInAlfaCrm, isRecordId, listWriteRequests } from './attempt';
import { isOneFieldOfKeyEnough, interpretAtPlace } from './meaningAtPlace';
import { isSameValue } from './sameValue';
import type { ValuePlace } from './valuePlace';

/**
 * Finds damage that no value may do, whatever it means: a crash, a server error, an unexpected write or
 * change, an emptied field, an ignored filter, or a record that is created twice.
 */
export function findDamage(attempt: Attempt): string | undefined {
	return (
		findCrash(attempt.outcome.error) ??
		findServerError(attempt) ??
		findUnexpectedWrite(attempt) ??
		findUnexpectedChange(attempt) ??
		findEmptiedField(attempt) ??
		findIgnoredFilter(attempt) ??
		findDuplicate(attempt)
	);
}

const CRASH_MESSAGE =
	/TypeError|RangeError|SyntaxError|Cannot (read|convert|destructure)|is not a function|is not iterable|Maximum call|Unexpected token|reading '/;

/** Finds a message of JavaScript itself, which says nothing to users. */
export function findCrash(message: string | undefined): string | undefined {
	if (message === undefined || !CRASH_MESSAGE.test(message)) return undefined;
	return `crashes: ${message.slice(0, 160)}`;
}

/** Finds a request to which the server answered with an error of its own. */
function findServerError({ outcome }: Attempt): string | undefined {
	const request = outcome.requests.find(({ status }) => (status ?? 0) >= 500);
	return request && `makes the server fail: ${nameCall(request)} ${JSON.stringify(request.body)}`;
}

/** Finds a request that may change something, and that the operation has no reason for. */
function findUnexpectedWrite({ place, outcome }: Attempt): string | undefined {
	const request = listWriteRequests(outcome).find((write) => !isExpectedWrite(place, write));
	if (request === undefined) return undefined;
	return `sends ${nameCall(request)} ${JSON.stringify(request.query)} ${JSON.stringify(request.body)}`;
}

/**
 * Tells whether an operation may send a write. Create or Update may do either, because the match value
 * decides whether it finds a record.
 */
function isExpectedWrite({ situation, form }: ValuePlace, write: JournalEntry): boolean {
	const path = situation.entity?.path;
	const upsertCalls = situation.operation === 'upsert' ? [`${path}/create`, `${path}/update`] : [];
	return [...form.writes, ...upsertCalls].includes(nameCall(write));
}

/** Finds a changed record that nobody asked the operation to change. */
function findUnexpectedChange(attempt: Attempt): string | undefined {
	const change = attempt.outcome.changes.find((recordChange) => !isExpectedChange(attempt, recordChange));
	return change && `${nameChange(change)} ${change.entity} ${change.id}`;
}

/** Names what happened to a record, by its states before and after. */
function nameChange({ before, after }: RecordChange): string {
	if (before === undefined) return 'creates';
	return after === undefined ? 'deletes' : 'changes';
}

/** Finds a field that had a value and lost it. */
function findEmptiedField({ place, outcome }: Attempt): string | undefined {
	// This option empties fields on purpose.
	if (place.field.name === 'overwriteWithEmpty') return undefined;
	const [emptiedField] = outcome.changes.flatMap(listEmptiedFields);
	return emptiedField && `empties ${emptiedField}`;
}

/** Lists the fields that a change has emptied. */
function listEmptiedFields({ before, after }: RecordChange): string[] {
	if (before === undefined || after === undefined) return [];
	return Object.keys(before).filter((name) => {
		// A customer loses a group with the last membership.
		const isOwnField = name !== 'group_ids';
		return isOwnField && !isEmptyInAlfaCrm(before[name]) && isEmptyInAlfaCrm(after[name]);
	});
}

/**
 * Finds a filter that left out no row. The sandbox ignores some filters, as AlfaCRM does, and the node must
 * then leave out the rows itself.
 */
function findIgnoredFilter({ place, outcome, baseline }: Attempt): string | undefined {
	const { role, field, situation } = place;
	const filter = `${situation.entity?.path}.${field.name}`;
	// An upper bound such as date_to may well leave all rows.
	const mustNarrow = role === 'filter' && !filter.endsWith('_to');
	if (!mustNarrow || !defaultSettings.ignoredFilters.includes(filter)) return undefined;

	const hasReturnedEverything = outcome.rows.length > 0 && outcome.rows.length === baseline.rows.length;
	return hasReturnedEverything ? 'returns everything' : undefined;
}

/** Finds a creation that was sent more than once. */
function findDuplicate({ place, outcome }: Attempt): string | undefined {
	const createCalls = listWriteRequests(outcome)
		.filter(({ action }) => action === 'create')
		.map(nameCall);
	const isSameCallRepeated = new Set(createCalls).size < createCalls.length;
	// Only Try Writes, which has no entity, creates one record of each of several kinds.
	const isSecondKind = createCalls.length > 1 && place.situation.entity !== undefined;
	return isSameCallRepeated || isSecondKind ? 'creates more than once' : undefined;
}

// ---------------------------------------------------------------- expected changes

/** Records that AlfaCRM itself changes when others change. */
const DEPENDENT_PATHS = ['lesson-details', 'log'];

/** Tells whether a change follows from the writes of the attempt, and concerns a record that the form chooses. */
function isExpectedChange(attempt: Attempt, change: RecordChange): boolean {
	const { entity: path, id, before, after } = change;
	if (DEPENDENT_PATHS.includes(path)) return true;

	const writes = listWriteRequests(attempt.outcome).filter(({ entity }) => entity === path);
	if (before === undefined) return writes.some(({ action }) => action === 'create');

	const writesToRecord = writes.filter(({ query }) => Number(query.id) === id);
	if (after === undefined) {
		const isDeletionSent = writesToRecord.some(({ action }) => action === 'delete');
		return isDeletionSent && isChosenRecord(attempt, path, id);
	}

	if (followsFromOtherRecord(attempt, path)) return true;
	const isMembershipOfCustomer = path === 'cgi' && attempt.place.situation.entity?.path === 'customer';
	if (isMembershipOfCustomer) return isChosenRecord(attempt, 'customer', Number(after.customer_id));
	const isWriteSent = writesToRecord.length > 0 || changesWithoutUpdate(attempt, path);
	return isWriteSent && (path === 'cgi' || isChosenRecord(attempt, path, id));
}

/** Tells whether AlfaCRM itself changes a customer: sums and groups follow from payments and memberships. */
function followsFromOtherRecord({ place }: Attempt, path: string): boolean {
	return path === 'customer' && place.situation.entity?.path !== 'customer';
}

/** Tells whether the operation changes a customer by another call than an update, as a bonus does. */
function changesWithoutUpdate({ place }: Attempt, path: string): boolean {
	return path === 'customer' && !place.form.writes.includes('customer/update');
}

/**
 * Tells whether the form, or the value itself, chooses a record. The form says nothing about records of other
 * entities.
 */
function isChosenRecord(attempt: Attempt, path: string, id: number): boolean {
	const { place, givenValue } = attempt;
	const { situation, form, role } = place;
	if (path !== situation.entity?.path && path !== form.target?.path) return true;

	const isTarget = form.target?.id === id;
	if (isRecordId(place)) {
		const { readings = [] } = interpretAtPlace(place, givenValue);
		return readings.some((reading) => Number(reading) === id);
	}
	if (role !== 'key') return isTarget;
	return (isTarget && isOneFieldOfKeyEnough(place)) || hasMatchValue(attempt, path, id);
}

/** Tells whether a record has the match value that was given. */
function hasMatchValue({ place, givenValue, findRecord }: Attempt, path: string, id: number): boolean {
	const { readings = [] } = interpretAtPlace(place, givenValue);
	const storedItems = [findRecord(path, id)?.[place.field.name]].flat();
	return readings
		.flat()
		.some((item) =>
			isSameValue({ ...place.field, type: 'texts' }, storedItems, [item], { mayHoldMore: true }),
		);
}
