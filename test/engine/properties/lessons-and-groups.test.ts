import { describeValues } from './support/suite';

const TEACHING = ['lesson', 'regularLesson', 'group', 'cgi', 'teacher'];

describeValues(({ resource }) => TEACHING.includes(resource), 6_000);
