export { APP_CONFIG, ConfigError, loadConfig, type AppConfig } from './config.js';
export { ConfigModule } from './config.module.js';
export { warnOfMisspeltSettings } from './misspelt-settings.js';
