import type { Entity } from '../../model/entity';
import * as branch from './branch';
import * as cgi from './cgi';
import * as communication from './communication';
import * as customer from './customer';
import * as customerTariff from './customerTariff';
import * as group from './group';
import * as lesson from './lesson';
import * as lessonDetails from './lessonDetails';
import * as location from './location';
import * as log from './log';
import * as pay from './pay';
import * as regularLesson from './regularLesson';
import * as room from './room';
import * as staff from './staff';
import * as statuses from './statuses';
import * as subject from './subject';
import * as tariff from './tariff';

/** Everything that the school holds: what these files export. */
export const entities: readonly Entity[] = [
	...[subject, branch, location, statuses, staff, room, tariff],
	...[customer, group, cgi, customerTariff, regularLesson, lesson, lessonDetails, pay],
	...[communication, log],
].flatMap((file): Entity[] => Object.values(file));

const byPath = new Map(entities.map((entity) => [entity.path, entity]));

export const findEntity = (path: string): Entity | undefined => byPath.get(path);
export const entityNames: readonly string[] = [...byPath.keys()];
