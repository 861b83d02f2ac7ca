import { readParticipants } from './calendar';
import type { CustomerDirectory } from './customerDirectory';
import { readGroups } from './readGroups';
import { readLessons } from './readLessons';
import type { KnownRecords } from './readNames';
import { readPayments } from './readPayments';
import type { SchoolReader } from './schoolReader';
import type { SchoolRecords } from './schoolRecords';

/**
 * Reads all records that the chosen checks look at. What a new check reads besides is read here.
 *
 * @throws NodeApiError if this user may read none of them
 */
export async function readSchool(
	school: SchoolReader,
	customers: CustomerDirectory,
): Promise<SchoolRecords & Pick<KnownRecords, 'groups'>> {
	const [{ lessons, markedLessonIds }, payments, { groups, groupSizes }] = await Promise.all([
		readLessons(school),
		readPayments(school),
		readGroups(school, customers),
	]);
	const participants = await readParticipants(school, customers, lessons);
	school.assertAnyListRead();

	const { days, fewestMembers } = school.form;
	return {
		days,
		lessons,
		markedLessonIds,
		groups,
		groupSizes,
		fewestMembers,
		payments,
		participants,
	};
}
