import { readParticipants } from './calendar';
import type { CustomerDirectory } from './customerDirectory';
import { readGroups } from './readGroups';
import { readLessons } from './readLessons';
import { readPayments } from './readPayments';
import type { SchoolReader } from './schoolReader';
import type { SchoolRecords } from './schoolRecords';

/**
 * Reads all records that the chosen checks of *Account → Daily Check* look at. If a new check needs
 * other records, read them here.
 *
 * @throws NodeApiError if this user may read none of the lists
 */
export async function readSchool(
	schoolReader: SchoolReader,
	customers: CustomerDirectory,
): Promise<SchoolRecords> {
	const [{ lessons, markedLessonIds }, payments, { groups, groupSizes }] = await Promise.all([
		readLessons(schoolReader),
		readPayments(schoolReader),
		readGroups(schoolReader, customers),
	]);
	const participants = await readParticipants(schoolReader, customers, lessons);
	schoolReader.assertAnyListRead();

	const { days, minMembers } = schoolReader.form;
	return {
		days,
		lessons,
		markedLessonIds,
		groups,
		groupSizes,
		minMembers,
		payments,
		participants,
	};
}
