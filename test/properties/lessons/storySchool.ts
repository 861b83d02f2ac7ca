import { DateTime } from 'luxon';

import type { Settings } from '../../../sandbox';
import { addStory } from '../../support/lessonRows';
import type { Story } from '../../support/lessonStories';
import { SmallSchool } from '../../unit/operations/school';

/** Opens a school that has the rows of a story, and sets the clock to noon of the day of the story. */
export function openSchool(story: Story, settings: Partial<Settings>): SmallSchool {
	const noon = DateTime.fromISO(`${story.today}T12:00`, { zone: story.zone });
	jest.useFakeTimers({ now: noon.toMillis(), advanceTimers: true });

	const school = new SmallSchool({ timeZone: story.zone, now: noon.toUTC().toISO() ?? '', ...settings });
	addStory(school, story);
	return school;
}

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const BRANCHES = [1, 2];

/** Adds a teacher who works in both branches, each day from a time until midnight. */
export function addTeacher(
	school: SmallSchool,
	{ id, name, worksFrom }: { id: number; name: string; worksFrom: string },
): void {
	school.addRecord('teacher', { id, name, branch_ids: BRANCHES });
	for (const branch of BRANCHES) {
		for (const weekday of WEEKDAYS) {
			school.addRecord('working-hour', {
				teacher_id: id,
				branch_id: branch,
				weekday,
				time_from: worksFrom,
				time_to: '24:00',
			});
		}
	}
}
