// The parts of ECharts that the page uses, and no others.
import {BarChart, LineChart} from 'echarts/charts';
import {AriaComponent, GridComponent, MarkLineComponent, TooltipComponent} from 'echarts/components';
import {init, use} from 'echarts/core';
import {CanvasRenderer} from 'echarts/renderers';

use([BarChart, LineChart, AriaComponent, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

export {init};
