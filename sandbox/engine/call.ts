import type { Entity } from '../model/entity';
import type { JsonObject } from '../model/json';

/** A call of an action, its path read and its user known. */
export interface ActionCall {
	entity: Entity;
	action: string;
	/** Id of the user. */
	user: number;
	/** null = all branches. */
	branch: number | null;
	query: Readonly<Record<string, string>>;
	body: JsonObject;
}
