import type { IDataObject } from 'n8n-workflow';

import { useSchool } from '../../engine/support/school';
import type { Outcome } from './support/runner';
import { Runner } from './support/runner';
import { placed, probesOf } from './support/probes';
import type { Probe } from './support/probe';
import { situations } from './support/situations';
import { prepare } from './support/targets';

const school = useSchool({ customers: 40, settings: { pageSize: 500 } });

const EMPTY = ['null', '""', '[]'];
const isBlank = (value: unknown): boolean =>
	value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
const chosen = situations.filter(
	({ operation, variant }) =>
		(operation === 'update' && variant === 'form') || (operation === 'upsert' && variant.endsWith('found')),
);

/** The same place with one value in an expression. */
function filledWith(probe: Probe, code: string) {
	const { literal, parameters } = probe;
	const form = literal?.(`={{ ${code} }}`) ?? parameters;
	return placed(form, ['options', 'overwriteWithEmpty'], true);
}

it.each(chosen)('$title: empty values empty a field where that is chosen', async (situation) => {
	prepare(school.sandbox.store);
	const runner = new Runner(school);
	const built = situation.build(school.sandbox.store);
	const wrong: string[] = [];
	const optional = probesOf(situation, built).filter(
		({ role, way, field }) =>
			role === 'optional' && way === 'form' && field.type !== 'rows' && !field.required,
	);
	const keys = situation.entity?.match?.keys ?? [];
	const own = keys.find(({ name }) => name === built.parameters.matchBy)?.fields ?? [];
	for (const probe of optional) {
		const { name } = probe.field;
		// What the record was found by stays; no lesson holds a length.
		if (own.includes(name) || name === 'duration') continue;
		const bodyOf = ({ requests }: Outcome) =>
			(requests.filter(({ action }) => action === 'update').at(-1)?.body ?? {}) as IDataObject;
		const held = () => runner.stored(String(built.target?.path), Number(built.target?.id))?.[name];
		for (const code of EMPTY) {
			const outcome = await runner.one(runner.workflow(filledWith(probe, code)), {});
			const body = bodyOf(outcome);
			const isDone = name in body ? isBlank(body[name]) : outcome.error === undefined && isBlank(held());
			// What AlfaCRM will not have empty is refused by its name.
			const isRefused = outcome.error?.includes(probe.field.label.split('|')[0]) === true;
			if (!isDone && !isRefused) wrong.push(`${name} = ${code} ${outcome.error ?? 'is passed over'}`);
		}
		const outcome = await runner.one(runner.workflow(filledWith(probe, 'undefined')), {});
		if (name in bodyOf(outcome))
			wrong.push(`${name} = undefined is sent as ${JSON.stringify(bodyOf(outcome))}`);
	}
	expect(wrong).toEqual([]);
});
