const { transformSync } = require('esbuild');

/** Translates TypeScript for Jest, without a check of types. `npm run typecheck` checks the types. */
module.exports = {
	process: (source, sourcefile) =>
		transformSync(source, {
			sourcefile,
			loader: 'ts',
			format: 'cjs',
			target: 'node20',
			sourcemap: 'inline',
			// The compiler makes modules strict, too. Otherwise a write to a frozen object would not throw.
			tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
		}),
};
