import type { IDataObject } from 'n8n-workflow';

import type {
	Choice,
	Field,
	FieldBasics,
	FieldType,
	Filter,
	NoSettings,
	OfType,
	ShownField,
} from './fieldTypes';

/**
 * Declares what the package knows of AlfaCRM's entities, as plain data. `Entity` at the end of this
 * file has one setting for each fact. The form, the calls, the checks of rows, the dropdowns, the
 * output schemas and the tables of the README are all made from it. The comment of a declaration
 * names the section of the API notes (`docs/alfacrm-api.md`) on which its facts rest.
 *
 * Two words of AlfaCRM's API: the *index* is the call that lists the records of an entity, and the
 * *body* is the JSON that a call sends, such as `{ is_study: 2, removed: 1 }`.
 */

/** A resource of the form that stands for several entities. The user chooses one of them. */
export type ListResource = 'message' | 'referenceList';

/** The operations that most entities have. All others are actions. */
export type OperationName = 'create' | 'delete' | 'find' | 'get' | 'getAll' | 'update' | 'upsert';

/**
 * How sure the facts about an entity are:
 *
 * - confirmed: several independent sources agree, or a live account has shown it
 * - documented: AlfaCRM's official tables say so
 * - unconfirmed: only one source says so, or the sources contradict each other
 */
type Certainty = 'confirmed' | 'documented' | 'unconfirmed';

// ---------------------------------------------------------------- finding a record again

/** A match key: identifies a record whose ID is not known, for example by a phone. */
export interface MatchKey {
	/** The value of 'Match By', such as `phoneAndName`. Stored in workflows. */
	name: string;
	label: string;
	description?: string;
	/**
	 * The names of the fields that are compared with the match values of the user: fields of the
	 * entity, or `id`. Empty if the user names a custom field instead.
	 */
	fields: readonly string[];
	/** One matching field is enough. Without this setting, all fields must match. */
	isOneFieldEnough?: true;
	/** The fields are tried in their order, and the first field that finds a record decides. */
	isTriedInOrder?: true;
	/** The user may add the name of a custom field, which becomes the last of `fields`. */
	mayHaveCustomField?: true;
	/**
	 * The fields that AlfaCRM is asked to filter by; by default all. The rows of the answer are
	 * compared by all `fields`.
	 */
	queriedFields?: readonly string[];
}

/** How a record is found again in any branch of the account, so that it is not created twice. */
export interface Matching {
	/** The match keys that the form offers, in this order. */
	keys: readonly MatchKey[];
	/**
	 * The fields that only a new record gets. An update leaves them alone unless the user opts in.
	 */
	onlyForNew: readonly string[];
}

// ---------------------------------------------------------------- actions

/**
 * The resource of a record that an action of the kind `addToCustomer` adds. How an equal record is
 * recognised is in `operations/customers/equalRecords.ts`.
 */
export type AddedResource = 'communication' | 'customerTariff' | 'task';

/**
 * The kinds of actions, with the settings that only actions of a kind have. Each kind has a module
 * in `operations/`. If a comment below says "unless", the action reads AlfaCRM before it writes. So
 * the action can run twice, and the second run changes nothing.
 */
interface ActionKinds {
	/** Sends one call that writes, at each run. */
	save: {
		/**
		 * The field of the answer that shows that the call has succeeded, such as `balance_bonus`. Set
		 * for a call that AlfaCRM does not answer with `success`.
		 */
		confirmedBy?: string;
		/**
		 * The field of the form whose value becomes the last part of the URL, such as `bonus-spend`.
		 * The field is not sent in the body.
		 */
		actionField?: string;
	};
	/** Reads the pages of a list. */
	getMany: NoSettings;
	/** Reads an answer that has no pages: a list of rows, or one object. */
	get: NoSettings;
	/** Changes a record, unless it has these values already. Sends only the values that differ. */
	change: NoSettings;
	/** Moves a lead to a stage, unless the options say to leave the lead where it is. */
	moveToStage: NoSettings;
	/** Marks a lead as lost, unless it is marked already. Refuses a client. */
	rejectLead: NoSettings;
	/** Adds a record such as a comment to a customer, unless the customer has an equal one. */
	addToCustomer: {
		addedResource: AddedResource;
		/** The field of the added record that holds the ID of the customer. */
		customerField: string;
	};
	/** Enters an income of a customer, unless the same payment exists already. */
	enterPayment: NoSettings;
	/** Enters a refund or a correction. With an External ID, unless that ID exists already. */
	correctPayment: NoSettings;
	/** Adds a customer to a group, unless the customer is a member already. */
	joinGroup: NoSettings;
	/** Takes a customer out of a group, unless the customer is no longer a member. */
	leaveGroup: NoSettings;
	/** Completes a lesson with its attendance, unless it is completed with that attendance. */
	completeLesson: NoSettings;
	/** Gathers the most important facts about one customer from several lists. */
	overview: NoSettings;
	/** Finds free times of a teacher. */
	freeSlots: NoSettings;
	/** Books a lesson at a free time, unless it is booked already. */
	bookLesson: NoSettings;
	/** Lists the people who are expected at lessons. */
	participants: NoSettings;
}

export type ActionKindName = keyof ActionKinds;

/** The settings that actions of every kind have. */
interface ActionBasics {
	/** The value of 'Operation': a verb in camelCase, such as `archive`. Stored in workflows. */
	name: string;
	/** The name in the list of operations. */
	label: string;
	/** A short sentence, such as "Complete lesson with attendance": all that an AI agent sees. */
	title: string;
	description?: string;
	/** The path of the call, such as `cgi`, if it is not the path of the entity. */
	path?: string;
	/** The last part of the URL, such as `update`. */
	action: string;
	/**
	 * Makes the form ask for a record of the entity. This is the name under which AlfaCRM takes the
	 * ID of that record in the query, such as `id` or `customer_id`.
	 */
	recordIdName?: string;
	/** The fields of the form that are sent in the query. */
	query?: readonly Field[];
	/** The fields of the form that are sent in the body. */
	fields?: readonly Field[];
	/** The fields of the form that steer only the node. They are not sent. */
	options?: readonly Field[];
	/** Values that every call of the action sends in the body, such as `{ removed: 1 }`. */
	fixedValues?: IDataObject;
	/**
	 * The fields of an output item, if it is not a record of the entity. The editor previews the
	 * output from them.
	 */
	outputFields?: readonly (FieldBasics & FieldType)[];
	/** The facts about this action are less certain than those about its entity. */
	unconfirmed?: true;
}

export type ActionOf<Kind extends ActionKindName> = Kind extends ActionKindName
	? ActionBasics & { kind: Kind } & ActionKinds[Kind]
	: never;

/** An operation that only some entities have, such as Archive. */
export type Action = ActionOf<ActionKindName>;

// ---------------------------------------------------------------- records that a list leaves out

/**
 * A choice that always stands in the form of a list, because the index hides records by default.
 * For example, *Record Status* of customers: Active, Active and Archived, or Archived.
 */
export type View = FieldBasics &
	OfType<'choice'> & {
		/** Makes the part of the index's body for the value that the user has chosen. */
		makeBody(chosen: number): IDataObject;
		/**
		 * Whether a row belongs to the chosen value. True if the row does not show it. The index may
		 * ignore the body, so its rows are checked again.
		 */
		includesRow(row: IDataObject, chosen: number, zone: string): boolean;
	};

/**
 * A field of which the index lists only one value at a time, such as the status of lessons. The
 * form offers its values. Without a choice, the index is called once for each value.
 */
export type Partition = FieldBasics & { choices: ReadonlyArray<Choice & { value: number }> };

/**
 * The records that the index leaves out of a plain list, which is a list without filters, and how
 * the node lists them.
 */
export interface Hidden {
	/** The choices that the form of a list always shows. */
	views?: readonly View[];
	/**
	 * The body with which the index leaves out nothing, such as `{ removed: 1 }`. It is sent along
	 * when a record is looked for by its ID or by a match key.
	 */
	bodyShowingAll?: Readonly<Record<string, number | boolean>>;
	/**
	 * Further bodies for the index, such as `{ dead: true }` for archived subscriptions. To miss no
	 * record, the node reads the list several times: first with an empty body, then with each of
	 * these bodies. Each of these readings is a pass.
	 */
	passes?: readonly IDataObject[];
	/** Takes the place of `passes`: there is one pass for each value of the partition. */
	partition?: Partition;
	/**
	 * A plain list may show records of the `usual` kind only, such as incomes of the type 1. Records
	 * of another kind are listed by the filter `name`, such as `pay_type_id`. The values of the
	 * filter are the IDs of the records of `entity`, such as `payType`.
	 */
	kinds?: { name: string; entity: string; usual: number };
}

// ---------------------------------------------------------------- titles and searches

/**
 * A part of the title of a record in a list, such as the phone in "Mia Orlova · +7(900)000-22-33".
 * It shows a field of the record; if the field holds a list, the first value that is not empty.
 */
export interface Detail {
	/** The name of the field. */
	name: string;
	/** The labels of the values of the field. */
	choices?: readonly Choice[];
	/** The field holds the ID of a record of this entity, and the title shows the record's name. */
	entity?: string;
	/**
	 * The field holds the ID of a record, and the field `by` decides of which entity it is: `Group`
	 * may stand for `group`, for example.
	 */
	owner?: { by: string; entities: Readonly<Record<string, string>> };
	/** The field holds a day, or a moment that is shown with its time. */
	shownAs?: 'day' | 'moment';
	/** The field holds the first day of a period. This is the name of the field with its last day. */
	lastDayField?: string;
}

/**
 * Declares that the entity has too many records for a dropdown. The form then searches AlfaCRM for
 * the text that the user types, with the first of these filters that fits the text. If no filter
 * fits, or if the object is empty, the node looks for the text in the titles of all records.
 */
export interface ListSearch {
	/** The filter for a text, such as `name`. */
	textFilter?: string;
	/** The filter for a text of digits only: `id`, or `phone` for a part of a phone number. */
	digitsFilter?: string;
	/** The filters for a day. */
	dayFilters?: readonly [from: string, to: string];
	/**
	 * The name of the parent field, such as `customer_id`, if the records belong to a parent. Then
	 * the records of one parent are listed, after the user has chosen the parent.
	 */
	parentField?: string;
}

/** The title of a record in dropdowns and searchable lists, and how it is searched for there. */
export interface Listed {
	/**
	 * The fields that make the name of a record; by default `name`. If the list is empty, records
	 * have no name, and the title has only the `details`.
	 */
	title?: readonly string[];
	/** The fields that tell records with the same name apart. */
	details?: readonly Detail[];
	/**
	 * The label of the choice of no record in the dropdown, such as "Not Sorted" for no stage.
	 * Without it the dropdown does not offer that choice.
	 */
	none?: string;
	/**
	 * The container of a record, such as the funnel of a stage: the field that holds its ID, and its
	 * entity. If there are several containers, dropdowns show the name of each record's container.
	 */
	partOf?: { field: string; entity: string };
	search?: ListSearch;
}

/**
 * A page of AlfaCRM's website, as in `/company/1/{name}/view?id=501`. `showsRecord` decides whether
 * the page shows a record; without it, the page shows every record. API notes 6.
 */
export interface Page {
	name: string;
	showsRecord?: (row: IDataObject) => boolean;
}

// ---------------------------------------------------------------- the entity

/**
 * A kind of record that AlfaCRM keeps, such as customers, with everything the package knows of it.
 */
export interface Entity {
	/** The value of 'Resource', in camelCase, such as `customerTariff`. Stored in workflows. */
	resource: string;
	/** The name in the URL, in kebab-case, such as `customer-tariff`. */
	path: string;
	/** The URL of a global entity names no branch. */
	scope: 'global' | 'branch';
	label: string;
	plural: string;
	certainty: Certainty;
	operations: readonly OperationName[];
	/** The fields that AlfaCRM takes when a record is created or updated. */
	fields: readonly Field[];
	/** The filters that the user may add to a list. Only filters with a value are sent. */
	filters: readonly Filter[];

	/**
	 * The resource of the form under which the entity is listed, if it has no resource of its own.
	 */
	listedIn?: ListResource;
	/** The rows of the entity have no ID. */
	withoutId?: true;
	/** The name of the entity in the log and the webhooks, where it is known. API notes 5.21. */
	className?: string;
	/** Names the operations whose facts are less certain than those of the entity. */
	unconfirmed?: readonly OperationName[];
	/**
	 * Fields that AlfaCRM returns and does not take, or returns with another type than it takes. The
	 * editor previews the output from them.
	 */
	outputFields?: readonly ShownField[];
	/** The names of the most useful fields, at most ten, which *Simplify* keeps, in this order. */
	simplifiedFields?: readonly string[];
	/** The entity has custom fields, whose names begin with `custom_`. */
	hasCustomFields?: boolean;
	hidden?: Hidden;
	listed?: Listed;
	/** The pages of AlfaCRM that show one record. The first shows all records that no other shows. */
	pages?: readonly Page[];
	/** How a record is found again. Without it, there is no *Find* and no *Create or Update*. */
	match?: Matching;
	/**
	 * Records of the entity can be archived. They show it by the flag `removed`, and some by the
	 * field `day`: they are archived from that day on.
	 */
	archive?: { day?: string };
	/**
	 * The fields that name the parent of the records, such as the customer of a subscription. The
	 * usual operations send them in the query. They send them in the body as well, because some
	 * sources have them there. API notes 2.
	 */
	parentFields?: readonly Field[];
	actions?: readonly Action[];
}
