import { describeValues } from './support/suite';

/** Each has a file of its own, for time's sake. */
const ELSEWHERE = ['customer', 'lesson', 'regularLesson', 'group', 'cgi', 'teacher'];

describeValues(({ resource }) => !ELSEWHERE.includes(resource), 6_000);
