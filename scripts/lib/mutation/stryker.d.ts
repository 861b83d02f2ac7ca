/** The package has types, but not where CommonJS looks for them. */
declare module '@stryker-mutator/core' {
	import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';

	export class Stryker {
		constructor(options: PartialStrykerOptions);
		runMutationTest(): Promise<MutantResult[]>;
	}
}
