// Comfort only: every page works without this file.
import { watchAppearance } from "./appearance.js";
import { watchForms } from "./busy.js";
import { watchMenu } from "./menu.js";
import { keepOffline } from "./offline.js";
import { watchPassing } from "./passing.js";

watchAppearance(document);
watchForms(document);
watchMenu(document);
keepOffline(document);
watchPassing(document);
