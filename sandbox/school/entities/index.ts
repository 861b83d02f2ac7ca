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

/** The files of this folder, each of which exports entities and nothing else. */
const files = [
	subject,
	branch,
	location,
	statuses,
	staff,
	room,
	tariff,
	customer,
	group,
	cgi,
	customerTariff,
	regularLesson,
	lesson,
	lessonDetails,
	pay,
	communication,
	log,
];

export const entities: readonly Entity[] = files.flatMap((file): Entity[] => Object.values(file));

const entitiesByPath = new Map(entities.map((entity) => [entity.path, entity]));

export const entityNames: readonly string[] = [...entitiesByPath.keys()];

export function findEntity(path: string): Entity | undefined {
	return entitiesByPath.get(path);
}
