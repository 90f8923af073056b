import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import rxjs from 'eslint-plugin-rxjs-x';

export default tseslint.config({ ignores: ['dist/', 'node_modules/'] }, eslint.configs.recommended, {
  files: ['**/*.ts'],
  extends: [...tseslint.configs.strictTypeChecked],
  plugins: { 'rxjs-x': rxjs },
  languageOptions: {
    parserOptions: { project: './spec/tsconfig.json', tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    'rxjs-x/no-async-subscribe': 'error',
    'rxjs-x/no-exposed-subjects': 'error',
    'rxjs-x/no-ignored-error': 'off',
    'rxjs-x/no-nested-subscribe': 'error',
    'rxjs-x/no-sharereplay': 'error',
    'rxjs-x/no-unsafe-takeuntil': 'error',
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    // Bounds are checked once by the decoder, not at every byte that it reads.
    '@typescript-eslint/no-non-null-assertion': 'off',
  },
});
